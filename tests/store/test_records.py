"""Merging pages into snapshots."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from shopweave.lanes.snapshots import incoming
from shopweave.model.atoms import Atoms
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.opening import open_store
from shopweave.store import records
from shopweave.store.base import Tx
from shopweave.store.connections import ensure_connection, home
from shopweave.store.records import Incoming, Merged

T = TypeVar("T")
AGE = timedelta(minutes=2)


def rows(*names: str) -> list[Incoming]:
    return [
        incoming(
            RemoteRecord(
                kind=Kind.PRODUCT, form=Form.SIMPLE, remote_id=str(number), atoms=Atoms({"name": name})
            ),
            ("name",),
        )
        for number, name in enumerate(names)
    ]


def written(folder: Path, story: Callable[[Tx], T]) -> T:
    async def play() -> T:
        store = open_store(folder, "", SystemClock())
        try:
            return await store.write(story)
        finally:
            await store.close()

    return asyncio.run(play())


def test_a_merge_names_the_known_records_it_read_moved_or_not(tmp_path: Path) -> None:
    """What was written is confirmed by these reads."""

    def story(tx: Tx) -> tuple[Merged, Merged]:
        home(tx)
        at = ensure_connection(tx, "till", "phppos", "live", ("name",)).id
        first = records.merge(tx, at, rows("a", "b"), sweep=1, began=tx.now)
        return first, records.merge(tx, at, rows("a", "other"), sweep=1, began=tx.now)

    first, second = written(tmp_path, story)
    assert (first.created, len(first.moved), first.read) == (2, 2, ())
    assert set(second.read) == set(first.moved)
    assert len(second.moved) == 1


def test_a_late_read_does_not_take_back_what_another_reader_stored(tmp_path: Path) -> None:
    """What was under way while another life read the same records is older than its word; it is read again."""

    def story(tx: Tx) -> tuple[Merged, list[str]]:
        home(tx)
        at = ensure_connection(tx, "till", "phppos", "live", ("name",)).id
        records.merge(tx, at, rows("new", "same"), sweep=1, began=tx.now)
        late = records.merge(tx, at, rows("old", "same"), sweep=1, began=tx.now - AGE)
        return late, [key for _, key in records.to_read_again(tx, at, tx.now, 10)]

    late, again = written(tmp_path, story)
    assert (late.moved, late.stale, late.equal) == ((), 1, 1)
    assert again == ["0"]


def test_a_clock_that_was_set_back_does_not_keep_reads_from_being_stored(tmp_path: Path) -> None:
    def story(tx: Tx) -> Merged:
        home(tx)
        at = ensure_connection(tx, "till", "phppos", "live", ("name",)).id
        records.merge(tx, at, rows("old"), sweep=1, began=tx.now)
        earlier = Tx(tx.connection, tx.now - AGE)
        return records.merge(earlier, at, rows("new"), sweep=1, began=earlier.now - AGE)

    assert len(written(tmp_path, story).moved) == 1
