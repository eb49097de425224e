"""Merging pages into snapshots."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from shopweave.lanes.snapshots import incoming
from shopweave.model.atoms import Atoms
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.opening import open_store
from shopweave.store import records
from shopweave.store.base import Tx
from shopweave.store.connections import ensure_connection, home
from shopweave.store.records import Incoming, Merged

BEGAN = datetime(2026, 5, 1, tzinfo=UTC)


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


def test_a_merge_names_the_known_records_it_read_moved_or_not(tmp_path: Path) -> None:
    """What was written is confirmed by these reads."""

    def story(tx: Tx) -> tuple[Merged, Merged]:
        home(tx)
        at = ensure_connection(tx, "till", "phppos", "live", ("name",)).id
        first = records.merge(tx, at, rows("a", "b"), sweep=1, began=BEGAN)
        return first, records.merge(tx, at, rows("a", "other"), sweep=1, began=BEGAN)

    async def play() -> tuple[Merged, Merged]:
        store = open_store(tmp_path, "", SystemClock())
        try:
            return await store.write(story)
        finally:
            await store.close()

    first, second = asyncio.run(play())
    assert (first.created, len(first.moved), first.read) == (2, 2, ())
    assert set(second.read) == set(first.moved)
    assert len(second.moved) == 1
