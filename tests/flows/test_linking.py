"""People link and unlink: what is written then, what is not any more, and what is refused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from shopweave.hub import acts, linking, pairs, plans, runs, writing
from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration
from shopweave.simulators.woocommerce import products
from shopweave.simulators.woocommerce.truth import trash
from shopweave.store import findings, marks
from shopweave.store.base import Tx
from shopweave.store.tables import apart, change, link
from tests.worlds import World, play

FLOW = "till-to-shop"
WHO = "olli@shop.example"


def key_of(world: World, sku: str) -> str:
    """Give the shop's id of a product."""
    return str(next(one.id for one in products(world.shop) if one.sku == sku))


def names(world: World) -> dict[str, str]:
    return {one.sku: one.name for one in products(world.shop)}


def rename(world: World, number: int, name: str) -> None:
    world.sql(
        "UPDATE phppos_items SET name = ?, last_modified = datetime('now') WHERE item_id = ?", name, number
    )


def put(world: World, **values: Any) -> str:
    """Let the shop's people make a product; gives its id."""
    return str(world.shop.products.create({"status": "publish", **values})["id"])


async def waiting(hub: Hub) -> dict[str, str]:
    """Give what is linked to nothing at the shop, by name, and why."""
    page = await pairs.list_waiting(hub, "shop")
    return {one.record.name: one.why for one in page.lines}


async def refused(act: Any) -> str:
    with pytest.raises(Configuration) as caught:
        await act
    assert caught.value.remedy
    return caught.value.code


def test_what_is_unlinked_is_written_to_no_more_and_not_made_anew(world: World) -> None:
    before = names(world)

    async def story(hub: Hub) -> None:
        done = await linking.unlink(hub, "1", "shop", WHO)
        assert (done.changed, done.links, done.remote_id) == (True, 1, key_of(world, "1"))
        rename(world, 1, "New name")
        await world.run(hub)
        assert await waiting(hub) == {before["1"]: "apart"}

    play(world, story)
    assert names(world) == before


def test_what_is_linked_again_catches_up_and_history_is_kept(world: World) -> None:
    async def story(hub: Hub) -> pairs.ItemLinks:
        key = key_of(world, "1")
        await linking.unlink(hub, "1", "shop", WHO)
        rename(world, 1, "New name")
        await world.run(hub)
        assert (await linking.link(hub, "1", "shop", key, WHO)).changed
        assert not (await linking.link(hub, "1", "shop", key, WHO)).changed
        assert await runs.settled(hub)
        assert names(world)["1"] == "New name"
        return await pairs.item_links(hub, "1")

    found = play(world, story)
    at_shop = [one for one in found.links if one.record.connection == "shop"]
    assert [(one.how, one.until is None) for one in at_shop][-1] == ("person", True)
    assert [one.until is None for one in at_shop] == [False, True]
    assert found.apart == ()
    assert names(world).keys() == {str(number) for number in range(1, 9)}


def test_changes_that_wait_are_withdrawn_and_a_held_plan_shrinks(world: World) -> None:
    before = names(world)

    async def story(hub: Hub) -> None:
        rename(world, 1, "Waits")
        await writing.stop(hub, WHO)
        await runs.finished(hub, await runs.start(hub, FLOW, WHO))
        rename(world, 2, "Held")
        await runs.finished(hub, await runs.start(hub, FLOW, WHO, "plan"))
        assert len(await plans.held(hub)) == 1
        for sku in ("1", "2"):
            await linking.unlink(hub, sku, "shop", WHO)
        assert await plans.held(hub) == []
        assert not any(one.cause.startswith("held:") for one in await hub.store.read(findings.open_findings))
        whats = await hub.store.read(
            lambda tx: [row.what for row in tx.rows(select(change.c.what).where(change.c.state == "dropped"))]
        )
        assert whats == ["unlinked by a person"] * 2
        await writing.go_on(hub, WHO)
        assert await runs.settled(hub)

    play(world, story)
    assert names(world) == before


def test_a_change_under_way_is_not_sent_again_to_a_record_that_is_others_now(world: World) -> None:
    """What a broken request leaves waiting names the old record; the item has another one by then."""

    async def story(hub: Hub) -> None:
        old = key_of(world, "1")
        await linking.unlink(hub, "1", "shop", WHO)
        new = put(world, name="By hand")
        await world.run(hub, FLOW)
        world.shop.products.update(
            world.shop.state.products[int(old)], {"sku": "OLD", "global_unique_id": ""}
        )
        rename(world, 1, "Mine")
        await writing.stop(hub, WHO)
        await linking.link(hub, "1", "shop", new, WHO)
        await runs.finished(hub, await runs.start(hub, FLOW, WHO))
        await hub.store.write(lambda tx: _aim_at(tx, old))
        await writing.go_on(hub, WHO)
        assert await runs.settled(hub)
        assert names(world)["OLD"] != "Mine"
        await world.run(hub, FLOW)
        assert names(world)["1"] == "Mine"

    play(world, story)


def _aim_at(tx: Tx, remote_id: str) -> None:
    from shopweave.store.tables import record

    key = tx.scalar(select(record.c.id).where(record.c.remote_id == remote_id, record.c.kind == "product"))
    moved = tx.run(update(change).where(change.c.state == "waiting").values(target=key))
    assert moved == 1


def test_a_code_that_another_product_has_is_refused_once_and_not_tried_for_ever(world: World) -> None:
    async def story(hub: Hub) -> None:
        key = key_of(world, "1")
        await linking.unlink(hub, "1", "shop", WHO)
        new = put(world, name="By hand")
        await world.run(hub, FLOW)
        await linking.link(hub, "1", "shop", new, WHO)
        assert await runs.settled(hub)
        world.http.log.clear()
        await world.run(hub, FLOW)
        assert world.http.log.count("POST /wp-json/wc/v3/products/batch") <= 1
        codes = [one.code for one in await hub.store.read(findings.open_findings)]
        assert "WOO product_invalid_sku" in codes or "WOO product_invalid_global_un" in codes
        assert key_of(world, "1") == key

    play(world, story)


def test_two_that_share_a_code_wait_side_by_side_until_a_person_decides(world: World) -> None:
    gtin = "6430000000016"

    async def story(hub: Hub) -> None:
        for sku in ("1", "2"):
            trash(world.shop, int(key_of(world, sku)))
            await linking.unlink(hub, sku, "shop", WHO)
        world.sql("DELETE FROM phppos_additional_item_numbers WHERE item_id IN (1, 2)")
        world.sql("INSERT INTO phppos_additional_item_numbers (item_id, item_number) VALUES (2, ?)", gtin)
        number = "CASE item_id WHEN 1 THEN ? END, last_modified = datetime('now') WHERE item_id IN (1, 2)"
        world.sql(f"UPDATE phppos_items SET item_number = {number}", gtin)
        left = put(world, name="Left", sku="LEFT", global_unique_id=gtin)
        await world.run(hub, FLOW)
        page = await pairs.list_waiting(hub, "shop", "doubtful")
        [line] = page.lines
        assert (line.record.remote_id, line.why, page.counts["doubtful"]) == (left, "several", 1)
        assert [(one.side.sku, one.equal, one.can_link) for one in line.candidates] == [
            ("1", ("gtin",), True),
            ("2", ("gtin",), True),
        ]
        await linking.not_same(hub, "1", "shop", left, WHO)
        assert (await waiting(hub))["Left"] == "soon"
        await world.run(hub, FLOW)
        assert "Left" not in await waiting(hub)
        found = await pairs.item_links(hub, "2")
        assert [one.record.remote_id for one in found.links if one.until is None][-1] == left
        [apart_from] = (await pairs.item_links(hub, "1")).apart[-1:]
        assert (apart_from.why, apart_from.who) == ("not same", WHO)

    play(world, story)


def test_what_is_not_the_same_ends_its_link_and_gets_a_record_of_its_own(world: World) -> None:
    async def story(hub: Hub) -> None:
        key = key_of(world, "1")
        world.shop.products.update(
            world.shop.state.products[int(key)], {"sku": "FOREIGN", "global_unique_id": ""}
        )
        done = await linking.not_same(hub, "1", "shop", key, WHO)
        assert (done.changed, done.links) == (True, 1)
        assert not (await linking.not_same(hub, "1", "shop", key, WHO)).changed
        await world.run(hub, FLOW)
        assert names(world).keys() == {"FOREIGN", *map(str, range(1, 9))}

    play(world, story)


def test_a_record_with_the_same_sku_that_is_not_the_same_is_never_taken_for_it(world: World) -> None:
    async def story(hub: Hub) -> None:
        await linking.not_same(hub, "1", "shop", key_of(world, "1"), WHO)
        rename(world, 1, "Another")
        await world.run(hub, FLOW)
        assert names(world)["1"] != "Another"
        assert "LINK-014" in [one.code for one in await hub.store.read(findings.open_findings)]

    play(world, story)


def test_every_refusal_says_what_and_how_to_go_on(world: World) -> None:
    async def story(hub: Hub) -> None:
        one, two = key_of(world, "1"), key_of(world, "2")
        lone = put(world, name="Alone", sku="ALONE")
        family = put(world, name="Family", sku="FAM", type="variable")
        gone = put(world, name="Gone", sku="GONE")
        await world.run(hub, FLOW)
        trash(world.shop, int(gone))
        await hub.store.write(lambda tx: tx.run(update(_position()).values(swept=None)))
        await world.run(hub, FLOW)

        async def linked(sku: str, key: str, factor: str = "1") -> str:
            return await refused(linking.link(hub, sku, "shop", key, WHO, Decimal(factor)))

        assert await linked("nothing", lone) == "LINK-404"
        assert await linked("1", "999999") == "LINK-406"
        assert await linked("1", two) == "LINK-408"
        assert await linked("1", lone) == "LINK-409"
        assert await refused(linking.link(hub, "1", "nowhere", lone, WHO)) == "CFG-120"
        assert await refused(linking.unlink(hub, "1", "till", WHO)) == "LINK-415"
        await linking.unlink(hub, "1", "shop", WHO)
        assert await refused(linking.unlink(hub, "1", "shop", WHO)) == "LINK-414"
        assert await linked("1", gone) == "LINK-407"
        assert await linked("1", family) == "LINK-411"
        assert await linked("1", lone, "0") == "LINK-412"
        assert await linked("1", lone, "NaN") == "LINK-412"
        await hub.store.write(lambda tx: _fly(tx, one))
        assert await linked("1", one) == "LINK-413"

    before = play(world, _links)
    play(world, story)
    assert play(world, _links) == before - 1


def _position() -> Any:
    from shopweave.store.tables import position

    return position


def _fly(tx: Tx, remote_id: str) -> None:
    """Let the last change of a record be under way."""
    from shopweave.store.tables import record

    target = select(record.c.id).where(record.c.remote_id == remote_id, record.c.kind == "product")
    newest = tx.scalar(select(func.max(change.c.id)).where(change.c.target == target.scalar_subquery()))
    tx.run(update(change).where(change.c.id == newest).values(state="in doubt"))


async def _links(hub: Hub) -> int:
    return int(
        await hub.store.read(
            lambda tx: tx.scalar(select(func.count()).select_from(link).where(link.c.until.is_(None)))
        )
    )


def test_a_pack_is_linked_with_its_units_and_each_act_is_noted(world: World) -> None:
    async def story(hub: Hub) -> None:
        key = key_of(world, "1")
        done = await linking.link(hub, "1", "shop", key, WHO, linking.as_factor("6,0"))
        assert (done.changed, done.factor) == (True, Decimal(6))
        by_number = await linking.link(hub, f"item:{done.item}", "shop", key, WHO, Decimal("0.5"))
        assert by_number.changed
        living = [one for one in (await pairs.item_links(hub, "1")).links if one.until is None]
        assert living[-1].factor == Decimal("0.5")
        await linking.unlink(hub, "1", "shop", WHO)
        noted = [(one.who, one.what) for one in await acts.acts(hub)]
        assert noted[:3] == [(WHO, "unlinked"), (WHO, "linked"), (WHO, "linked")]

    play(world, story)


def test_an_act_that_is_cut_off_is_done_whole_or_not_at_all(world: World, monkeypatch: Any) -> None:
    """The process dies between the link and what follows from it."""

    async def story(hub: Hub) -> None:
        key = key_of(world, "1")
        await linking.unlink(hub, "1", "shop", WHO)

        def dies(*_: object) -> None:
            raise RuntimeError("dead")

        with monkeypatch.context() as patched:
            patched.setattr(marks, "flows_with_marks", dies)
            with pytest.raises(RuntimeError):
                await linking.link(hub, "1", "shop", key, WHO)
        assert (await waiting(hub)).popitem()[1] == "apart"
        rows = await hub.store.read(lambda tx: tx.rows(select(apart.c.why)))
        assert [row.why for row in rows] == ["unlinked"]

    play(world, story)


def test_variations_go_with_their_family_and_come_back_with_it(tmp_path: Path) -> None:
    world = World(tmp_path, 14)
    play(world, world.run)
    family = next(one for one in products(world.shop) if one.type == "variable")
    below = [one for one in products(world.shop) if one.parent_sku == family.sku]

    async def story(hub: Hub) -> None:
        [item] = await hub.store.read(lambda tx: _items(tx, str(family.id)))
        done = await linking.unlink(hub, f"item:{item}", "shop", WHO)
        assert done.links == 1 + len(below) > 1
        living = await _links(hub)
        await world.run(hub)
        assert await _links(hub) == living
        await linking.link(hub, f"item:{item}", "shop", str(family.id), WHO)
        await world.run(hub)
        assert await _links(hub) == living + done.links

    play(world, story)
    assert is_there_once(world)


def _items(tx: Tx, remote_id: str) -> list[int]:
    from shopweave.store.tables import record

    return [
        row.item
        for row in tx.rows(
            select(link.c.item)
            .join(record, record.c.id == link.c.record)
            .where(record.c.remote_id == remote_id, record.c.kind == "product", link.c.how != "source")
        )
    ]


def is_there_once(world: World) -> bool:
    """Say whether nothing is in the shop twice."""
    skus = [one.sku for one in products(world.shop) if one.sku]
    return len(skus) == len(set(skus))
