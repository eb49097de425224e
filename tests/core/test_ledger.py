"""The ledger: differences of order lines, by table and by property."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.core.ledger import Differences, Effect, Parked, Route, StateTable, differences, is_news
from shopweave.model.movement import Movement
from shopweave.model.order import Money, OrderLine, OrderRevision, Totals

TABLE = StateTable(
    takes=frozenset({"processing", "completed", "refunded"}), gives_back=frozenset({"cancelled", "failed"})
)
NONE = Money(amount=Decimal(0), currency="EUR")
THEN = datetime(2026, 1, 2, tzinfo=UTC)
A = Route(item="A", warehouse="main")
B = Route(item="B", warehouse="main")


def line(quantity: object, name: str = "7", given_back: object = 0) -> OrderLine:
    return OrderLine(
        line=name, sku="A", quantity=Decimal(str(quantity)), total=NONE, given_back=Decimal(str(given_back))
    )


def order(status: str, *lines: OrderLine, changed: datetime = THEN) -> OrderRevision:
    totals = Totals(total=NONE, tax=NONE, shipping=NONE, discount=NONE)
    return OrderRevision(
        connection="shop", order="1", status=status, changed=changed, totals=totals, lines=lines
    )


def stored(*revisions: OrderRevision, route: Route = A) -> list[Movement]:
    ledger: list[Movement] = []
    for revision in revisions:
        routes = dict.fromkeys((one.line for one in revision.lines), route)
        ledger += differences(revision, TABLE, routes, ledger).movements
    return ledger


@pytest.mark.parametrize(
    ("revisions", "expected"),
    [
        ([order("processing", line(3))], [-3]),
        ([order("pending", line(3))], []),
        ([order("cancelled", line(3))], []),
        ([order("processing", line(3)), order("completed", line(3))], [-3]),
        ([order("processing", line(3)), order("processing", line(5))], [-3, -2]),
        ([order("processing", line(3)), order("processing", line(1))], [-3, 2]),
        ([order("processing", line(3)), order("processing")], [-3, 3]),
        ([order("processing", line(3)), order("cancelled", line(3))], [-3, 3]),
        ([order("processing", line(3)), order("cancelled", line(3)), order("completed", line(3))], [-3, 3, -3]),
        ([order("processing", line(3)), order("refunded", line(3))], [-3]),
        ([order("refunded", line(3))], [-3]),
        ([order("processing", line(3)), order("odd", line(9))], [-3]),
        ([order("processing", line(3)), order("refunded", line(3, given_back=2))], [-3, 2]),
        ([order("processing", line(3, given_back=4))], []),
        ([order("processing", line("0.250"))], ["-0.25"]),
    ],
)  # fmt: skip
def test_a_state_table_and_what_it_moves(revisions: list[OrderRevision], expected: list[object]) -> None:
    moved = stored(*revisions)
    assert [one.quantity for one in moved] == [Decimal(str(one)) for one in expected]
    assert [one.reference for one in moved] == [f"shop:7:{n}" for n in range(1, len(moved) + 1)]


def test_a_line_that_becomes_another_item_gives_back_the_first() -> None:
    first = stored(order("processing", line(2)))
    then = differences(order("processing", line(2)), TABLE, {"7": B}, first).movements
    assert [(one.item, one.quantity, one.n) for one in then] == [("A", Decimal(2), 2), ("B", Decimal(-2), 3)]


def test_warehouse_and_pack_stay_as_the_sale_was_made() -> None:
    pack = Route(item="A", warehouse="main", factor=Decimal(6))
    first = stored(order("processing", line(2)), route=pack)
    elsewhere = Route(item="A", warehouse="other", factor=Decimal(12))
    (back,) = differences(order("cancelled", line(2)), TABLE, {"7": elsewhere}, first).movements
    assert (first[0].quantity, back.quantity, back.warehouse) == (Decimal(-12), Decimal(12), "main")


def test_a_link_that_is_gone_still_gives_back() -> None:
    first = stored(order("processing", line(2)))
    (back,) = differences(order("cancelled", line(2)), TABLE, {}, first).movements
    assert (back.item, back.quantity) == ("A", Decimal(2))


@pytest.mark.parametrize(
    ("bad", "why"),
    [(line(-1, "bad"), "a quantity below zero"), (line(1, "bad"), "no item is linked to it")],
)
def test_a_line_that_cannot_be_taken_is_parked_and_the_others_go(bad: OrderLine, why: str) -> None:
    found = differences(order("processing", bad, line(1)), TABLE, {"7": A}, ())
    assert [one.line for one in found.movements] == ["7"]
    assert found.parked == (Parked(line="bad", why=why),)


def test_a_line_that_is_there_twice_moves_nothing() -> None:
    found = differences(order("processing", line(1), line(1)), TABLE, {"7": A}, ())
    assert not found.movements
    assert {one.why for one in found.parked} == {"its id is there twice"}


def test_a_status_in_no_table_is_said() -> None:
    assert TABLE.effect("odd") is Effect.KEEPS
    parked = (Parked(line="", why="status 'odd' is in no table"),)
    assert differences(order("odd", line(1)), TABLE, {"7": A}, ()) == Differences(parked=parked)


def test_a_status_that_is_known_to_keep_stock_needs_nobody() -> None:
    table = StateTable(takes=TABLE.takes, gives_back=TABLE.gives_back, keeps=frozenset({"on its way"}))
    ledger = stored(order("processing", line(3)))
    assert differences(order("on its way", line(3)), table, {"7": A}, ledger) == Differences()


def test_news_is_neither_known_nor_older() -> None:
    known = order("processing", line(1))
    assert is_news(None, known)
    assert not is_news(known, known)
    assert is_news(known, order("completed", line(1)))
    assert not is_news(known, order("completed", line(1), changed=THEN - timedelta(seconds=1)))


QUANTITIES = st.decimals(min_value=0, max_value=1000, places=3)
LINES = st.dictionaries(st.sampled_from("abc"), st.tuples(QUANTITIES, QUANTITIES), max_size=3)
ARRIVALS = st.lists(
    st.tuples(
        st.sampled_from(["processing", "completed", "refunded", "cancelled", "failed"]),
        LINES,
        st.sampled_from([A, B, Route(item="A", warehouse="other", factor=Decimal(6))]),
        st.integers(min_value=0, max_value=5),
    ),
    max_size=8,
)


@given(ARRIVALS, st.integers(min_value=1, max_value=3))
def test_the_sum_of_a_lines_movements_is_minus_its_effective_quantity(
    arrivals: list[tuple[str, dict[str, tuple[Decimal, Decimal]], Route, int]], times: int
) -> None:
    ledger: list[Movement] = []
    newest: OrderRevision | None = None
    for status, lines, route, minute in arrivals:
        parts = [line(quantity, name, back) for name, (quantity, back) in lines.items()]
        revision = order(status, *parts, changed=THEN + timedelta(minutes=minute))
        for _ in range(times):
            if is_news(newest, revision):
                newest = revision
            assert newest is not None
            if newest is not revision:
                continue
            found = differences(revision, TABLE, dict.fromkeys(lines, route), ledger)
            assert found == differences(revision, TABLE, dict.fromkeys(lines, route), tuple(ledger))
            ledger += found.movements
    references = [one.reference for one in ledger]
    assert len(references) == len(set(references))
    for name in "abc":
        taken = sum((one.quantity / one.factor for one in ledger if one.line == name), start=Decimal(0))
        assert taken == -_expected(newest, name)


def _expected(newest: OrderRevision | None, name: str) -> Decimal:
    if newest is None or newest.status in ("cancelled", "failed"):
        return Decimal(0)
    found = [one for one in newest.lines if one.line == name]
    return max(Decimal(0), found[0].quantity - found[0].given_back) if found else Decimal(0)
