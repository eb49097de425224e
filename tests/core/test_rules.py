"""Ownership, the guard, pacing and retries."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shopweave.core.guard import ALL, Sort, Tally, holds, moves_price, sort_of, why_held
from shopweave.core.pacing import Bucket, Pace, filled, take
from shopweave.core.retry import after_failure, backoff, first_look, had_no_effect
from shopweave.core.rules import Rule, given, givers
from shopweave.model.atoms import NO_ATOMS, Atoms
from shopweave.model.change import Op
from shopweave.model.errors import Configuration, Limited, NoAnswer, NotSent
from shopweave.model.settings import GuardLimits
from shopweave.model.values import Measures, Price, Status

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
RULES = (
    Rule(flow="icecat", atom="measures", owns=True, order=1),
    Rule(flow="till", atom="measures", owns=False, order=0),
    Rule(flow="till", atom="main_image", owns=True, order=0),
    Rule(flow="icecat", atom="main_image", owns=False, order=1),
)
LIMITS = GuardLimits()


def test_the_owner_comes_first_whatever_the_order_of_flows() -> None:
    assert [rule.flow for rule in givers(RULES, "measures")] == ["icecat", "till"]


def test_a_filler_gives_only_what_the_owner_has_not() -> None:
    owner, filler = Measures(length=Decimal(5)), Measures(weight=Decimal(10), length=Decimal(9))
    found = given(RULES, "measures", {"icecat": owner, "till": filler})
    assert found.value == Measures(weight=Decimal(10), length=Decimal(5))
    assert found.flows == ("icecat", "till")


def test_an_owner_with_a_value_shuts_the_fillers_out() -> None:
    assert given(
        RULES, "measures", {"icecat": Measures(weight=Decimal(1)), "till": Measures(weight=Decimal(2))}
    ).flows == ("icecat",)


def test_a_silent_owner_leaves_the_field_to_the_filler() -> None:
    assert given(RULES, "measures", {"till": Measures(weight=Decimal(2))}).flows == ("till",)
    assert given(RULES, "brand", {}).flows == ()


def test_an_owner_that_says_nothing_has_still_said_it() -> None:
    found = given(RULES, "main_image", {"till": None})
    assert found.value is None
    assert found.flows == ("till",)


@pytest.mark.pain("OCA/connector-magento#268")
@pytest.mark.parametrize(
    ("tally", "held"),
    [
        (Tally(linked=1000, items=10), ()),
        (Tally(linked=1000, items=10, first=True), ALL),
        (Tally(linked=1000, items=10, asked_for=True), ALL),
        (Tally(linked=1000, items=201), ALL),
        (Tally(linked=50, items=19), ()),
        (Tally(linked=50, items=20), ALL),
        (Tally(linked=10_000, items=51, creates=51), (Sort.CREATE,)),
        (Tally(linked=10_000, items=21, switched_off=21), (Sort.SWITCH_OFF,)),
        (Tally(linked=10_000, items=1, price_moves=1), (Sort.PRICE_MOVE,)),
    ],
)
def test_the_guard_holds_what_is_over_a_limit(tally: Tally, held: tuple[Sort, ...]) -> None:
    found = holds(tally, LIMITS)
    assert tuple(sort for sort in ALL if why_held(sort, found)) == held


@pytest.mark.parametrize(
    ("op", "before", "after", "sort"),
    [
        (Op.CREATE, NO_ATOMS, NO_ATOMS, Sort.CREATE),
        (Op.UPDATE, Atoms({"status": Status.ACTIVE}), Atoms({"status": Status.INACTIVE}), Sort.SWITCH_OFF),
        (Op.UPDATE, Atoms({"status": Status.INACTIVE}), Atoms({"status": Status.DELETED}), Sort.OTHER),
        (
            Op.UPDATE,
            Atoms({"regular_price": Price(amount=Decimal(10))}),
            Atoms({"regular_price": Price(amount=Decimal("13.01"))}),
            Sort.PRICE_MOVE,
        ),
        (
            Op.UPDATE,
            Atoms({"regular_price": Price(amount=Decimal(10))}),
            Atoms({"regular_price": Price(amount=Decimal(13))}),
            Sort.OTHER,
        ),
    ],
)
def test_changes_are_sorted_by_what_they_do(op: Op, before: Atoms, after: Atoms, sort: Sort) -> None:
    assert sort_of(op, before, after, LIMITS) is sort


def test_a_price_that_goes_away_is_a_price_move() -> None:
    assert moves_price(
        Atoms({"regular_price": Price(amount=Decimal(5))}), Atoms({"regular_price": None}), 0.3
    )
    assert not moves_price(
        Atoms({"regular_price": None}), Atoms({"regular_price": Price(amount=Decimal(5))}), 0.3
    )


def test_a_bucket_fills_with_time_and_never_beyond_its_size() -> None:
    pace = Pace(requests=3, seconds=1, burst=3)
    bucket = Bucket(tokens=0, at=NOW)
    assert filled(bucket, pace, NOW + timedelta(seconds=0.5)).tokens == pytest.approx(1.5)
    assert filled(bucket, pace, NOW + timedelta(seconds=60)).tokens == 3


@pytest.mark.pain("facebook/facebook-for-woocommerce#109")
def test_requests_are_spread_over_time() -> None:
    pace, bucket, waits = Pace(requests=2, seconds=1), None, []
    for _ in range(4):
        bucket, wait = take(bucket, pace, NOW)
        waits.append(wait)
    assert waits == [0, 0.5, 1.0, 1.5]


def test_waits_grow_and_the_other_sides_own_word_counts() -> None:
    assert backoff(1) < backoff(2) < backoff(20) == backoff(30)
    limited = after_failure(Limited("slow down", wait=90), 1, NOW, 0.0)
    assert limited.until == NOW + timedelta(seconds=90)
    assert after_failure(Configuration("key"), 1, NOW, 0.0).until == NOW + timedelta(seconds=60)


def test_what_surely_had_no_effect_is_told_from_what_may_have() -> None:
    assert had_no_effect(NotSent())
    assert had_no_effect(Limited())
    assert not had_no_effect(NoAnswer())


def test_nothing_is_looked_up_while_it_may_still_be_under_way() -> None:
    lease = NOW + timedelta(seconds=30)
    assert first_look(NOW, lease, 120) == lease + timedelta(seconds=120)
