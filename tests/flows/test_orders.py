"""Orders from a channel to a target: stored, booked, handed over once."""

from datetime import timedelta

import pytest

from shopweave.connector.orders import BrokenOrder, OrderNews
from shopweave.hub import deciding, erasing, runs, writing
from shopweave.hub import orders as tell
from shopweave.hub.context import Hub
from shopweave.hub.overview import overview
from shopweave.model.errors import NoAnswer, Refused
from shopweave.model.movement import Movement
from shopweave.store import findings, handovers, movements, numbers, orders
from shopweave.store.base import Tx
from shopweave.store.handovers import HandOverRow
from shopweave.store.tables import customer_order, movement, order_revision
from tests.trade.orders import later, line, order
from tests.trade.world import StallWorld, link_goods, play, stalls

pytestmark = pytest.mark.long(25)

__all__ = ["stalls"]
CUT = NoAnswer("cut")


def ledger(tx: Tx, key: str) -> list[tuple[str, str, str]]:
    """Give (reference, quantity, stage) of an order's movements."""
    found = movements.of_orders(tx, [one.id for one in orders.named(tx, key)])
    return [(one.movement.reference, str(one.movement.quantity), one.stage.value) for one in found]


def story_of(tx: Tx, key: str) -> list[tuple[str, int, str]]:
    """Give (kind, n, state) of an order's hand-overs."""
    found = handovers.of_orders(tx, [one.id for one in orders.named(tx, key)])
    return [(one.kind.value, one.n, one.state.value) for one in found]


def test_an_order_is_stored_booked_and_handed_over_once(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1", "2"), line("72", "sku-2")))
        await stalls.run(hub)
        await stalls.run(hub)
        [(key, taken)] = stalls.till.taken
        assert (key, taken.reference) == ("S1", "market:7:till:1")
        assert [(one.remote_id, str(one.quantity)) for one in taken.lines] == [("1", "2"), ("2", "1")]
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == [
            ("market:71:1", "-2", "acknowledged"),
            ("market:72:1", "-1", "acknowledged"),
        ]
        assert await hub.store.read(lambda tx: story_of(tx, "7")) == [("order", 1, "done")]

    play(stalls, story)


def rows(tx: Tx, key: str) -> list[HandOverRow]:
    return handovers.of_orders(tx, [one.id for one in orders.named(tx, key)])


def open_codes(tx: Tx) -> dict[str, tuple[str, ...]]:
    return {one.code: one.about for one in findings.open_findings(tx)}


@pytest.mark.pain("gnikyt/laravel-shopify#591")
@pytest.mark.pain("seed:flashnode")
def test_what_comes_twice_counts_once(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        sold = order("7", line("71", "sku-1", "2"))
        for one in (sold, sold, later(sold, status="completed"), sold):
            stalls.market.sell(one)
        await stalls.run(hub)
        assert len(stalls.till.taken) == 1
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == [("market:71:1", "-2", "acknowledged")]
        [row] = await hub.store.read(lambda tx: orders.named(tx, "7"))
        assert (row.status, row.revision) == ("completed", 2)

    play(stalls, story)


@pytest.mark.pain("mailchimp/mc-woocommerce#554")
def test_one_bad_order_holds_no_other_up(stalls: StallWorld) -> None:
    """Unknown goods, a negative quantity, a foreign currency, one that cannot be read: each is told."""

    async def story(hub: Hub) -> None:
        stalls.market.sell(order("1", line("11", "sku-9"), line("12", "sku-1")))
        stalls.market.sell(order("2", line("21", "sku-1", "-1")))
        stalls.market.sell(order("3", line("31", "sku-2"), currency="SEK"))
        stalls.market.sell(BrokenOrder(order="4", code="STALL-9", what="This is no order.", raw=b"{"))
        stalls.market.sell(order("5", line("51", "sku-3")))
        await stalls.run(hub)
        assert [one.reference for _, one in stalls.till.taken] == ["market:5:till:1"]
        told = await hub.store.read(open_codes)
        assert told["ORD-020"] == ("#1: sku-9",)
        assert told["ORD-021"] == ("#2: sku-1",)
        assert told["STALL-1"] == ("#3",)
        assert told["STALL-9"] == ("4",)
        assert told["ORD-012"] == ("#1", "sku-9", "#2", "sku-1")
        # What could be booked is: goods of order 1 that are known are gone, whoever sold the others.
        assert await hub.store.read(lambda tx: ledger(tx, "1")) == [("market:12:1", "-1", "open")]
        [broken] = await hub.store.read(lambda tx: orders.named(tx, "4"))
        [raw] = await hub.store.read(lambda tx: orders.revisions(tx, broken.id))
        assert (raw.raw, raw.code, raw.order) == (b"{", "STALL-9", None)

    play(stalls, story)


@pytest.mark.pain("openlinker-project/openlinker#235")
def test_a_parked_line_is_released_when_its_goods_are_linked(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("1", line("11", "sku-9"), line("12", "sku-1")))
        await stalls.run(hub)
        assert stalls.till.taken == []
        await hub.store.write(lambda tx: link_goods(tx, "9"))
        await stalls.run(hub)
        await stalls.run(hub)
        [(_, taken)] = stalls.till.taken
        assert [one.remote_id for one in taken.lines] == ["9", "1"]
        assert await hub.store.read(lambda tx: ledger(tx, "1")) == [
            ("market:12:1", "-1", "acknowledged"),
            ("market:11:1", "-1", "acknowledged"),
        ]
        assert "ORD-020" not in await hub.store.read(open_codes)

    play(stalls, story)


def test_pages_count_the_orders_that_wait(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        await writing.stop(hub, "test")
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        waiting = {one.name: one.waiting for one in (await overview(hub)).connections}
        assert waiting == {"market": 0, "till": 1}
        assert (await writing.status(hub)).waiting == {"till": 1}

    play(stalls, story)


def test_an_order_that_is_cancelled_before_it_was_sent_is_not_sent(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        await writing.stop(hub, "test")
        sold = order("7", line("71", "sku-1", "2"))
        stalls.market.sell(sold)
        await stalls.run(hub)
        stalls.market.sell(later(sold, status="cancelled"))
        await stalls.run(hub)
        await writing.go_on(hub, "test")
        assert await runs.settled(hub)
        assert stalls.till.taken == []
        assert await hub.store.read(lambda tx: story_of(tx, "7")) == [("order", 1, "withdrawn")]
        assert [stage for _, _, stage in await hub.store.read(lambda tx: ledger(tx, "7"))] == ["void", "void"]
        stalls.market.sell(later(later(sold), status="processing"))
        await stalls.run(hub)
        assert len(stalls.till.taken) == 1
        assert (await hub.store.read(lambda tx: ledger(tx, "7")))[-1] == ("market:71:3", "-2", "acknowledged")

    play(stalls, story)


@pytest.mark.parametrize("arrived", [True, False])
def test_an_order_in_doubt_is_looked_up_and_never_doubled(stalls: StallWorld, arrived: bool) -> None:
    async def story(hub: Hub) -> None:
        stalls.till.before, stalls.till.after = (None, CUT) if arrived else (CUT, None)
        stalls.market.sell(order("7", line("71", "sku-1", "2")))
        await stalls.run(hub)
        assert [one.reference for _, one in stalls.till.taken] == ["market:7:till:1"]
        assert (stalls.till.takes, stalls.till.looks) == ((1, 1) if arrived else (2, 2))
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == [("market:71:1", "-2", "acknowledged")]

    play(stalls, story)


def test_where_the_target_dedupes_the_same_is_sent_again(stalls: StallWorld) -> None:
    stalls.till_lines = 'look_up = "key"'

    async def story(hub: Hub) -> None:
        stalls.till.after = CUT
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        assert [(key, one.reference) for key, one in stalls.till.taken] == [("S1", "market:7:till:1")] * 2
        assert stalls.till.looks == 0

    play(stalls, story)


def test_where_nobody_can_be_asked_a_person_is(stalls: StallWorld) -> None:
    stalls.till_lines = 'look_up = "none"'

    async def story(hub: Hub) -> None:
        stalls.till.after = CUT
        stalls.market.sell(order("7", line("71", "sku-1")))
        stalls.market.sell(order("8", line("81", "sku-1")))
        await stalls.run(hub)
        assert [one.reference for _, one in stalls.till.taken] == ["market:7:till:1", "market:8:till:1"]
        assert (await hub.store.read(open_codes))["ORD-013"] == ("#7",)
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == [("market:71:1", "-1", "in doubt")]

    play(stalls, story)


def test_a_later_change_is_told_where_the_flow_says_so(stalls: StallWorld) -> None:
    stalls.till_lines, stalls.flow_lines = "updates = true", 'later_changes = "update"'

    async def story(hub: Hub) -> None:
        sold = order("7", line("71", "sku-1", "3"), line("72", "sku-2"))
        stalls.market.sell(sold)
        await stalls.run(hub)
        stalls.market.sell(later(sold, lines=(line("71", "sku-1", "2"),)))
        await stalls.run(hub)
        (_, _), (key, change) = stalls.till.taken
        assert (key, change.remote_id, change.reference) == ("S1", "S1", "market:7:till:2")
        assert [(one.remote_id, str(one.quantity)) for one in change.lines] == [("1", "2")]
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == [
            ("market:71:1", "-3", "acknowledged"),
            ("market:72:1", "-1", "acknowledged"),
            ("market:71:2", "1", "acknowledged"),
            ("market:72:2", "1", "acknowledged"),
        ]

    play(stalls, story)


def test_a_later_change_that_nobody_is_told_of_is_a_finding(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        sold = order("7", line("71", "sku-1", "3"))
        stalls.market.sell(sold)
        await stalls.run(hub)
        stalls.market.sell(later(sold, status="completed"))
        await stalls.run(hub)
        assert "ORD-014" not in await hub.store.read(open_codes)
        stalls.market.sell(later(later(sold), status="cancelled"))
        await stalls.run(hub)
        assert (await hub.store.read(open_codes))["ORD-014"] == ("#7",)
        assert len(stalls.till.taken) == 1
        assert (await hub.store.read(lambda tx: ledger(tx, "7")))[-1] == ("market:71:2", "3", "open")

    play(stalls, story)


def test_the_source_is_told_once_the_target_has_the_order(stalls: StallWorld) -> None:
    stalls.flow_lines = 'tell = ["status", "reference"]\ndone_status = "completed"'

    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        assert await runs.settled(hub)
        assert stalls.market.told == [OrderNews(order="7", status="completed", reference="till S1")]
        assert await hub.store.read(lambda tx: story_of(tx, "7")) == [
            ("order", 1, "done"),
            ("news", 1, "done"),
        ]

    play(stalls, story)


@pytest.mark.pain("openlinker-project/openlinker#940")
def test_an_order_the_hub_made_is_stored_and_goes_nowhere(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1"), mark="other:1:market:1"))
        await stalls.run(hub)
        assert stalls.till.taken == []
        assert await hub.store.read(lambda tx: (ledger(tx, "7"), story_of(tx, "7"))) == ([], [])

    play(stalls, story)


def test_no_address_stands_anywhere_but_in_the_order(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("1", line("11", "sku-9"), email="aino@ostaja.example"))
        stalls.market.sell(order("3", line("31", "sku-2"), currency="SEK", email="aino@ostaja.example"))
        await stalls.run(hub)
        told = repr(await hub.store.read(findings.open_findings))
        noted = repr(await hub.store.read(lambda tx: (rows(tx, "1"), rows(tx, "3"))))
        for private in ("aino", "ostaja", "Kauppatori"):
            assert private not in (told + noted).casefold()

    play(stalls, story)


@pytest.mark.pain("gnikyt/laravel-shopify#591")
def test_a_callback_brings_an_order_and_is_settled_with_it(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1")))
        settled: list[bool] = []
        market = hub.port("market").row.id
        await hub.reader.look(market, ["7", "9"], lambda tx: settled.append(bool(orders.named(tx, "7"))))
        assert settled == [True]
        await stalls.run(hub)
        assert [one.reference for _, one in stalls.till.taken] == ["market:7:till:1"]

    play(stalls, story)


def test_open_orders_are_read_again_after_a_day(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        sold = order("7", line("71", "sku-1", "2"))
        stalls.market.sell(sold)
        stalls.market.sell(order("8", line("81", "sku-1"), status="cancelled"))
        await stalls.run(hub)
        stalls.market.sold[0] = later(sold, status="refunded")
        await stalls.run(hub)
        [row] = await hub.store.read(lambda tx: orders.named(tx, "7"))
        assert row.status == "processing"
        yesterday = row.read - timedelta(days=2)
        await hub.store.write(
            lambda tx: tx.run(
                customer_order.update().values(read=yesterday).where(customer_order.c.id == row.id)
            )
        )
        await stalls.run(hub)
        [row] = await hub.store.read(lambda tx: orders.named(tx, "7"))
        assert (row.status, row.final) == ("refunded", True)

    play(stalls, story)


def test_a_drain_does_not_end_with_a_window_that_was_under_way(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        market = hub.port("market").row.id
        await hub.reader.drain(market)
        stalls.market.page_size = 1
        for key in ("7", "8"):
            stalls.market.sell(order(key, line(f"{key}1", "sku-1")))
        assert not (await hub.reader.page(market)).done
        begun = await hub.store.write(lambda tx: numbers.draw(tx, market))
        await hub.reader.drain(market)
        assert (await hub.store.read(lambda tx: numbers.read_counter(tx, market))).drained > begun

    play(stalls, story)


def test_goods_that_nobody_books_are_told_and_a_person_settles_them(stalls: StallWorld) -> None:
    stalls.till_lines = "books = true"

    async def story(hub: Hub) -> None:
        stalls.till.before = Refused("no", code="STALL-3")
        for key in ("7", "8", "9"):
            stalls.market.sell(order(key, line(f"{key}1", "sku-1"), currency="SEK"))
        await stalls.run(hub)
        assert "ORD-040" not in await hub.store.read(open_codes)
        await hub.store.write(lambda tx: tx.run(movement.update().values(made=tx.now - timedelta(hours=2))))
        await stalls.run(hub)
        assert (await hub.store.read(open_codes))["ORD-040"] == ("#7", "#8", "#9")
        assert (await deciding.release(hub, "#7", "void", "test")).count == 1
        assert (await deciding.release(hub, "market:8", "booked", "test")).count == 1
        assert (await deciding.release(hub, "9", "retry", "test")).count == 1
        await runs.settled(hub)
        found = await hub.store.read(lambda tx: [ledger(tx, key)[0][2] for key in ("7", "8", "9")])
        assert found == ["void", "acknowledged", "open"]
        assert stalls.till.takes == 4

    play(stalls, story)


def test_an_order_is_sent_again_only_when_that_is_meant(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        asked = await deciding.resend(hub, "7", "test")
        assert (asked.count, "a second one" in asked.warning) == (0, True)
        await deciding.resend(hub, "7", "test", confirmed=True)
        await runs.settled(hub)
        assert [one.reference for _, one in stalls.till.taken] == ["market:7:till:1", "market:7:till:2"]
        told = await tell.story(hub, "7")
        assert [(one.target, one.n, one.state) for one in told.hand_overs] == [
            ("till", 1, "done"),
            ("till", 2, "done"),
        ]
        assert [one.reference for one in told.movements] == ["market:71:1"]

    play(stalls, story)


def test_an_order_a_person_found_there_is_done(stalls: StallWorld) -> None:
    stalls.till_lines = 'look_up = "none"'

    async def story(hub: Hub) -> None:
        stalls.till.after = CUT
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        assert (await deciding.arrived(hub, "7", "test", remote_id="S1")).count == 1
        told = await tell.story(hub, "7")
        assert [(one.state, one.remote_id) for one in told.hand_overs] == [("done", "S1")]
        assert [one.stage for one in told.movements] == ["acknowledged"]
        assert "ORD-013" not in await hub.store.read(open_codes)

    play(stalls, story)


def test_a_buyer_is_forgotten_and_stays_so(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        sold = order("7", line("71", "sku-1"), email="Aino@Ostaja.example ")
        stalls.market.sell(sold)
        stalls.market.sell(order("8", line("81", "sku-1"), email="other@ostaja.example"))
        await stalls.run(hub)
        assert await erasing.erase(hub, "aino@ostaja.example", "test") == 1
        stalls.market.sell(later(sold, status="completed"))
        await stalls.run(hub)
        [row] = await hub.store.read(lambda tx: orders.named(tx, "7"))
        kept = await hub.store.read(lambda tx: orders.revisions(tx, row.id))
        assert [one.raw for one in kept] == [b"", b""]
        assert not any(word in repr(kept) for word in ("Aino", "Kauppatori"))
        assert row.status == "completed"
        [other] = await hub.store.read(lambda tx: orders.named(tx, "8"))
        assert b"Kauppatori" in (await hub.store.read(lambda tx: orders.revisions(tx, other.id)))[0].raw
        assert await erasing.erase(hub, "aino@ostaja.example", "test") == 0

    play(stalls, story)


def test_who_bought_is_forgotten_after_two_years(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        for key in ("7", "8"):
            stalls.market.sell(order(key, line(f"{key}1", "sku-1"), email="aino@ostaja.example"))
        await stalls.run(hub)
        [row] = await hub.store.read(lambda tx: orders.named(tx, "7"))
        old = row.read - timedelta(days=740)
        await hub.store.write(
            lambda tx: tx.run(
                order_revision.update().values(read=old).where(order_revision.c.order == row.id)
            )
        )
        await hub.upkeep.forget()
        [seven] = await hub.store.read(lambda tx: orders.revisions(tx, row.id))
        assert seven.raw == b""
        assert seven.order is not None
        assert (seven.order.bill_to.street, seven.order.revision.lines[0].sku) == ("", "sku-1")
        assert await erasing.erase(hub, "aino@ostaja.example", "test") == 1

    play(stalls, story)


def test_a_status_that_keeps_what_a_line_has_keeps_it_at_the_target_too(stalls: StallWorld) -> None:
    stalls.till_lines, stalls.flow_lines = "updates = true", 'later_changes = "update"'

    async def story(hub: Hub) -> None:
        first = order("7", line("71", "sku-1", "2"))
        stalls.market.sell(first)
        await stalls.run(hub)
        stalls.market.sell(later(first, status="shipped"))
        await stalls.run(hub)
        assert [str(one.lines[0].quantity) for _, one in stalls.till.taken] == ["2", "2"]
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == [("market:71:1", "-2", "acknowledged")]

    play(stalls, story)


def test_a_chosen_status_that_has_not_taken_its_goods_goes_over_with_what_was_ordered(
    stalls: StallWorld,
) -> None:
    stalls.till_lines = "updates = true"
    stalls.flow_lines = 'statuses = ["pending", "processing"]\nlater_changes = "update"'

    async def story(hub: Hub) -> None:
        first = order("7", line("71", "sku-1", "2"), status="pending")
        stalls.market.sell(first)
        await stalls.run(hub)
        paid = later(first, status="processing")
        stalls.market.sell(paid)
        await stalls.run(hub)
        stalls.market.sell(later(paid, status="cancelled"))
        await stalls.run(hub)
        assert [str(one.lines[0].quantity) for _, one in stalls.till.taken] == ["2", "2", "0"]
        booked = [str(row.quantity) for row in await hub.store.read(lambda tx: moved(tx, "7"))]
        assert booked == ["-2", "2"]

    play(stalls, story)


def moved(tx: Tx, key: str) -> list[Movement]:
    found = movements.of_orders(tx, [one.id for one in orders.named(tx, key)])
    return [one.movement for one in found]


def test_an_order_that_a_callback_points_at_and_that_is_gone_is_noted_as_such(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        stalls.market.sold.clear()
        settled: list[Tx] = []
        await hub.reader.look(hub.port("market").row.id, ("7", "8"), settled.append)
        [row] = await hub.store.read(lambda tx: orders.named(tx, "7"))
        assert (row.code, row.final, len(settled)) == ("ORD-030", True, 1)
        assert await hub.store.read(lambda tx: orders.named(tx, "8")) == []

    play(stalls, story)
