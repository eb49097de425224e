"""Planted bugs: each sits in one function of the hub, and does there what its name says."""

from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from msgspec.structs import replace

from shopweave.connector.callbacks import Callback
from shopweave.core.ledger import Route, StateTable, differences
from shopweave.core.retry import first_look
from shopweave.core.shelf import Shelf, sold
from shopweave.core.stockguard import Move, StockLimits, is_big_raise
from shopweave.core.witness import Contains, contains
from shopweave.hub.callbacks import identity
from shopweave.lanes.adjusting import adjustment
from shopweave.model.movement import Booking, Movement, Reading, Stage, Witness
from shopweave.model.order import Money, OrderLine, OrderRevision, Totals
from shopweave.model.values import UNTRACKED, tracked
from shopweave.store.movements import Due, Entry
from shopweave.storms.mutants import MUTANTS

THEN = datetime(2026, 3, 2, 6, 0).astimezone()
SOLD = Movement(connection="north", line="7", n=1, item="1", warehouse="", quantity=Decimal(-2))


def wrong(name: str, sound: Any) -> Any:
    """Give the function that stands in the place of the sound one."""
    mutant = MUTANTS[name]
    assert getattr(import_module(mutant.module), mutant.name) is sound
    return mutant.spoil(sound)


def test_thirteen_bugs_are_planted_where_they_can_be_found() -> None:
    assert list(MUTANTS) == [
        "position early",
        "page shift",
        "FULL dropped",
        "epoch check dropped",
        "no not_after",
        "lost mark",
        "delta retried",
        "booked too early",
        "own decrement ignored",
        "dedupe by delivery id",
        "guard holds decreases",
        "cancel doubled",
        "look-up too early",
    ]


@pytest.mark.parametrize("name", list(MUTANTS))
def test_each_stands_in_the_place_of_one_function(name: str) -> None:
    mutant = MUTANTS[name]
    owner: Any = import_module(mutant.module)
    for part in mutant.name.split("."):
        owner = getattr(owner, part)
    assert callable(owner)
    assert mutant.spoil(owner) is not owner


def test_a_difference_that_is_sent_again_has_another_name() -> None:
    entry = Entry(
        id=1,
        order=1,
        master=1,
        movement=SOLD,
        stage=Stage.OPEN,
        way="hub",
        handover=None,
        began=None,
        ended=None,
        made=THEN,
        moved=THEN,
        who="",
    )
    due = Due(entry=entry, kind="product", remote_id="5", factor=Decimal(1))
    again = replace(due, entry=replace(entry, stage=Stage.IN_DOUBT, moved=THEN + timedelta(seconds=9)))
    retried = wrong("delta retried", adjustment)
    assert adjustment(due) == adjustment(again)
    assert retried(due).reference != retried(again).reference
    assert replace(retried(again), reference="") == replace(adjustment(again), reference="")


@pytest.mark.parametrize("witness", list(Witness))
@pytest.mark.parametrize("stage", [Stage.SENT, Stage.IN_DOUBT, Stage.ACKNOWLEDGED])
def test_a_level_that_was_read_before_a_booking_is_taken_to_contain_it(
    witness: Witness, stage: Stage
) -> None:
    booking = Booking(movement=SOLD, stage=stage, began=5, ended=8 if stage is Stage.ACKNOWLEDGED else None)
    before = Reading(level=tracked(Decimal(9)), began=3, ended=4)
    early = wrong("booked too early", contains)
    assert contains(witness, booking, before) is Contains.NO
    assert early(witness, booking, before) is Contains.YES


@pytest.mark.parametrize("stage", [Stage.OPEN, Stage.ABSORBED, Stage.VOID])
def test_what_is_not_under_way_is_not_taken_to_be_contained(stage: Stage) -> None:
    read = Reading(level=tracked(Decimal(9)), began=3, ended=4)
    early = wrong("booked too early", contains)
    assert early(Witness.REQUEST_ORDER, Booking(movement=SOLD, stage=stage), read) is Contains.NO


def test_a_seller_is_expected_to_show_what_it_has_sold() -> None:
    shelf = Shelf(expected=tracked(Decimal(5)))
    ignored = wrong("own decrement ignored", sold)
    assert sold(shelf, Decimal(2), 0, 9, adjusts=True).expected == tracked(Decimal(3))
    assert ignored(shelf, Decimal(2), 0, 9, adjusts=True) == shelf
    flying = replace(shelf, flying=True)
    assert sold(flying, Decimal(2), 0, 9).again
    assert not ignored(flying, Decimal(2), 0, 9).again


def test_two_orders_with_one_delivery_id_are_one() -> None:
    headers = {"x-wc-webhook-delivery-id": "31a5"}
    first, second = (Callback(headers=headers, body=body) for body in (b'{"id":1}', b'{"id":2}'))
    by_delivery = wrong("dedupe by delivery id", identity)
    assert identity(first, "order.created", "order", "1") != identity(second, "order.created", "order", "2")
    assert by_delivery(first, "order.created", "order", "1") == "31a5"
    assert by_delivery(second, "order.created", "order", "2") == "31a5"
    bare = Callback(headers={}, body=b'{"id":1}')
    assert by_delivery(bare, "ping", "", "") == identity(bare, "ping", "", "")


def test_a_level_that_falls_is_held_like_one_that_rises() -> None:
    falls = Move(item="1", before=tracked(Decimal(5)), after=tracked(Decimal(4)))
    rises = replace(falls, after=tracked(Decimal(6)))
    held = wrong("guard holds decreases", is_big_raise)
    assert (is_big_raise(falls, StockLimits()), held(falls, StockLimits())) == (False, True)
    assert (is_big_raise(rises, StockLimits()), held(rises, StockLimits())) == (False, False)
    assert not held(replace(falls, after=UNTRACKED), StockLimits())


def test_a_cancelled_order_gives_back_twice_what_it_took() -> None:
    money = Money(amount=Decimal(2), currency="EUR")
    line = OrderLine(line="7", sku="1", quantity=Decimal(2), total=money, tax=Decimal(0))
    cancelled = OrderRevision(
        connection="north",
        order="1",
        status="cancelled",
        changed=THEN,
        totals=Totals(total=money, tax=money, shipping=money, discount=money),
        lines=(line,),
    )
    table = StateTable(takes=frozenset({"processing"}), gives_back=frozenset({"cancelled"}))
    routes = {"7": Route(item="1", warehouse="")}
    doubled = wrong("cancel doubled", differences)
    sound = differences(cancelled, table, routes, [SOLD]).movements
    twice = doubled(cancelled, table, routes, [SOLD]).movements
    assert [(one.n, one.quantity) for one in sound] == [(2, Decimal(2))]
    assert [(one.n, one.quantity) for one in twice] == [(2, Decimal(2)), (3, Decimal(2))]
    taken = replace(cancelled, status="processing")
    assert doubled(taken, table, routes, []) == differences(taken, table, routes, [])


def test_what_is_in_doubt_is_looked_up_before_it_can_be_over() -> None:
    lease_ends = THEN + timedelta(seconds=40)
    early = wrong("look-up too early", first_look)
    assert first_look(THEN, lease_ends, 120.0) == lease_ends + timedelta(seconds=120)
    assert early(THEN, lease_ends, 120.0) == THEN
