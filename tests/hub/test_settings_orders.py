"""Flows of orders in the settings: kinds, ends, statuses, what is told."""

import pytest

from shopweave.model.settings import OrderFlowSettings
from tests.hub.test_settings import line_of, one, problems, settings
from tests.trade.installed import install

STALLS = """
[hub]
time_zone = "Europe/Helsinki"

[connections.market]
type = "stall"
sales = "hand-over"

[connections.desk]
type = "stall"
sells = false

[flows.market-orders]
kind = "orders"
source = "market"
target = "desk"
"""


@pytest.fixture(autouse=True)
def _stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


def test_a_flow_of_orders_has_its_own_settings() -> None:
    text = STALLS + 'statuses = ["processing"]\nevery = 30\ntell = ["status"]\ndone_status = "completed"\n'
    found = settings(text)
    assert found.flows == ()
    assert found.order_flows == (
        OrderFlowSettings(
            name="market-orders",
            source="market",
            target="desk",
            statuses=("processing",),
            schedule="*/30 * * * *",
            zone="Europe/Helsinki",
            tell=("status",),
            done_status="completed",
        ),
    )
    assert [one.sales for one in found.connections] == ["hand-over", ""]
    assert found.flow_names == ["market-orders"]


def test_without_a_word_orders_are_asked_for_every_fifteen_minutes() -> None:
    found = settings(STALLS).order_flows[0]
    assert (found.schedule, found.overlap, found.later_changes) == ("*/15 * * * *", 120, "ignore")


@pytest.mark.parametrize(("every", "cron"), [(1, "* * * * *"), (60, "0 * * * *"), (120, "0 */2 * * *")])
def test_minutes_become_a_clock(every: int, cron: str) -> None:
    assert settings(f"{STALLS}every = {every}\n").order_flows[0].schedule == cron


def test_tracking_numbers_are_told_where_the_target_can_be_asked() -> None:
    text = f'{STALLS}tell = ["tracking"]\n'
    assert settings(text).order_flows[0].tell == ("tracking",)
    found = one(text.replace("sells = false", "sells = false\nfollows = false"))
    assert found.key == "flows.market-orders.tell"
    assert "cannot be asked" in found.what


@pytest.mark.parametrize(
    ("lines", "key", "said"),
    [
        ("every = 7", "every", "do not fit evenly"),
        ("every = 90", "every", "do not fit evenly"),
        ("every = 0", "every", "from 1"),
        ('statuses = ["procesing"]', "statuses", "no status"),
        ('tell = ["colour"]', "tell", "nothing called"),
        ('tell = ["status"]', "tell", "not which"),
        ('done_status = "done"', "done_status", "no status"),
        ('later_changes = "update"', "later_changes", "cannot be told"),
        ('own = ["name"]', "own", "unknown key"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_line(lines: str, key: str, said: str) -> None:
    text = f"{STALLS}{lines}\n"
    found = one(text)
    assert found.key == f"flows.market-orders.{key}"
    assert said in found.what
    assert found.line == line_of(text, lines)


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('target = "desk"', 'target = "market"', "target", "from one connection to another"),
        ('target = "desk"', 'target = "dest"', "target", "no connection"),
        ('source = "market"', 'source = "desk"\ntarget = "market"', "source", "no orders to read"),
        ('kind = "orders"', 'kind = "order"', "kind", "not allowed"),
    ],
)
def test_ends_that_do_not_fit_are_told(old: str, new: str, key: str, said: str) -> None:
    text = STALLS.replace(old, new)
    if new.count("\n"):
        text = text.removesuffix('target = "desk"\n')
    found = one(text)
    assert found.key == f"flows.market-orders.{key}"
    assert said in found.what


def test_a_target_that_takes_none_is_told() -> None:
    found = one(STALLS.replace("sells = false", "sells = false\ntakes = false"))
    assert (found.key, "takes no orders" in found.what) == ("flows.market-orders.target", True)


def test_two_flows_between_the_same_ends_are_refused() -> None:
    text = STALLS + '\n[flows.again]\nkind = "orders"\nsource = "market"\ntarget = "desk"\n'
    found = one(text)
    assert found.key == "flows.again.target"
    assert "'market-orders'" in found.what


def test_how_sales_reach_the_master_is_one_of_four() -> None:
    found = one(STALLS.replace('"hand-over"', '"handover"'))
    assert (found.key, found.nearest) == ("connections.market.sales", "hand-over")


def test_every_problem_of_every_kind_is_told_at_once() -> None:
    text = STALLS.replace('target = "desk"', 'target = "dest"') + '\n[flows.x]\nsource = "market"\n'
    assert [found.key for found in problems(text)] == [
        "flows.x.target",
        "flows.x.own",
        "flows.market-orders.target",
    ]


def test_a_status_that_takes_no_stock_needs_later_changes_where_the_target_books() -> None:
    chosen = 'statuses = ["pending"]\n'
    [found] = problems(STALLS + chosen)
    assert "does not take stock at 'pending'" in found.what
    assert found.key == "flows.market-orders.statuses"
    quiet = STALLS.replace("sells = false", "sells = false\nbooks = false")
    assert settings(quiet + chosen).order_flows[0].statuses == ("pending",)
    told = STALLS.replace("sells = false", "sells = false\nupdates = true")
    assert settings(f'{told}{chosen}later_changes = "update"\n').warnings == ()


def test_a_status_that_ends_an_order_can_be_chosen_with_a_word_of_warning() -> None:
    [warning] = settings(STALLS + 'statuses = ["cancelled"]\n').warnings
    assert "'cancelled' are over" in warning
