"""Backups: whole, of a hub that works, and looked up after they were put back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from shopweave.hub import backup
from shopweave.model.errors import Configuration
from shopweave.model.settings import HubSettings
from shopweave.runtime.clock import SystemClock
from shopweave.simulators.woocommerce import products
from shopweave.store import backup as files
from shopweave.store.sqlite import make_engine
from tests.worlds import World, play

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_hub_that_was_put_back_goes_on_and_doubles_nothing(tmp_path: Path) -> None:
    world = World(tmp_path, 12)
    play(world, lambda hub: world.run(hub, "till-to-shop"))
    path, size = backup.back_up(tmp_path, HubSettings(), None, SystemClock())
    assert size > 50_000
    world.sql(
        "UPDATE phppos_items SET name = name || ' new', last_modified = datetime('now') WHERE item_id = 1"
    )
    play(world, lambda hub: world.run(hub, "till-to-shop"))
    before = len(products(world.shop))
    backup.restore(tmp_path, HubSettings(), path, SystemClock())
    play(world, lambda hub: world.run(hub, "till-to-shop"))
    assert len(products(world.shop)) == before
    assert next(one for one in products(world.shop) if one.sku == "1").name.endswith(" new")
    assert list(tmp_path.glob("hub.sqlite.before-*"))


def test_what_was_under_way_is_in_doubt_after_a_restore(tmp_path: Path) -> None:
    world = World(tmp_path, 6)
    play(world, lambda hub: world.run(hub, "till-to-shop"))
    database = tmp_path / "hub.sqlite"
    engine = make_engine(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE change SET state = 'intent' WHERE id = (SELECT max(id) FROM change)"))
    engine.dispose()
    files.back_up(database, tmp_path / "copy.sqlite")
    assert files.restore(tmp_path / "copy.sqlite", database, NOW) == 1


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(90)])
def test_what_is_no_backup_is_refused_and_nothing_is_touched(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad").write_bytes(content)
    database = tmp_path / "hub.sqlite"
    database.write_text("precious")
    with pytest.raises(Configuration, match="BAK-004"):
        files.restore(tmp_path / "bad", database, NOW)
    assert database.read_text() == "precious"


def test_a_backup_never_overwrites_and_needs_something_to_copy(tmp_path: Path) -> None:
    with pytest.raises(Configuration, match="BAK-001"):
        files.back_up(tmp_path / "none", tmp_path / "copy")
    make_engine(tmp_path / "hub.sqlite").connect().close()
    (tmp_path / "copy").write_text("x")
    with pytest.raises(Configuration, match="BAK-002"):
        files.back_up(tmp_path / "hub.sqlite", tmp_path / "copy")
    with pytest.raises(Configuration, match="pg_dump"):
        backup.back_up(tmp_path, HubSettings(database="postgresql://x"), None, SystemClock())
