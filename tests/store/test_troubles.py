"""What keeps the hub's file from being read or written is said in a sentence of its own, with what to do."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from shopweave.model.errors import Configuration, HubError, Unavailable
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.opening import open_store
from shopweave.store.base import Tx
from shopweave.store.sqlite import SqliteStore
from tests.worlds import empty_hub

NOISE = bytes(range(1, 250)) * 100


def _garbage(file: Path) -> None:
    file.write_bytes(NOISE)


def _cut(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0")


def _folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(_garbage, "STORE-015"), (_cut, "STORE-015"), (_folder, "STORE-016")],
)
def test_a_file_that_is_no_whole_database_is_told(
    tmp_path: Path, spoil: Callable[[Path], None], code: str
) -> None:
    spoil(tmp_path / "hub.sqlite")
    with pytest.raises(Configuration) as told:
        open_store(tmp_path, "", SystemClock())
    assert told.value.code == code
    assert told.value.remedy


def _with_store(folder: Path, story: Callable[[SqliteStore], object]) -> None:
    async def whole() -> None:
        store = open_store(folder, "", SystemClock())
        assert isinstance(store, SqliteStore)
        await store.write(_impatient)
        try:
            with pytest.raises(Unavailable) as told:
                await story(store)  # type: ignore[misc]
        finally:
            await store.close()
        raise told.value

    (folder / "hub.sqlite").write_bytes(empty_hub())
    asyncio.run(whole())


def _impatient(tx: Tx) -> None:
    tx.run(text("PRAGMA busy_timeout=1"))


def _grow(tx: Tx) -> None:
    pages = tx.scalar(text("PRAGMA page_count"))
    tx.scalar(text(f"PRAGMA max_page_count={pages}"))
    tx.run(text("CREATE TABLE much (what BLOB)"))
    tx.run(text("INSERT INTO much VALUES (zeroblob(1000000))"))


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    with pytest.raises(HubError, match="Make room") as told:
        _with_store(tmp_path, lambda store: store.write(_grow))
    assert told.value.code == "STORE-017"


def test_a_file_that_another_program_keeps_locked_is_told(tmp_path: Path) -> None:
    async def beside(store: SqliteStore) -> None:
        with closing(sqlite3.connect(tmp_path / "hub.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await store.write_safe(_grow)

    with pytest.raises(HubError, match=r"Close what else") as told:
        _with_store(tmp_path, beside)
    assert told.value.code == "STORE-018"
