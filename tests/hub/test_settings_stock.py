"""Flows of stock in the settings: one master for each channel, and how its sales reach it."""

from decimal import Decimal

import pytest

from shopweave.model.settings import StockFlowSettings
from tests.hub.test_settings import line_of, one, problems, settings
from tests.trade.installed import install

STALLS = """
[connections.till]
type = "stall"
keeps = true

[connections.market]
type = "stall"
keeps = true
sales = "hand-over"

[connections.desk]
type = "stall"
sells = false
keeps = false

[flows.market-orders]
kind = "orders"
source = "market"
target = "till"

[flows.till-stock]
kind = "stock"
source = "till"
target = "market"
"""


@pytest.fixture(autouse=True)
def _stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


def test_a_flow_of_stock_has_its_own_settings() -> None:
    found = settings(f"{STALLS}buffer = 1.5\ndecimals = 1\nevery = 5\n")
    assert found.stock_flows == (
        StockFlowSettings(
            name="till-stock",
            source="till",
            target="market",
            buffer=Decimal("1.5"),
            decimals=1,
            settle=10,
            schedule="*/5 * * * *",
        ),
    )
    assert found.flow_names == ["market-orders", "till-stock"]


@pytest.mark.parametrize(
    ("lines", "key", "said"),
    [
        ("buffer = -1", "buffer", "at least 0"),
        ("decimals = 7", "decimals", "0 to 6"),
        ("every = 7", "every", "do not fit evenly"),
        ('own = ["name"]', "own", "unknown key"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_line(lines: str, key: str, said: str) -> None:
    text = f"{STALLS}{lines}\n"
    found = one(text)
    assert (found.key, found.line) == (f"flows.till-stock.{key}", line_of(text, lines))
    assert said in found.what


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('sales = "hand-over"\n', "", "connections.market.sales", "nobody said how its sales reach till"),
        ('[connections.till]\ntype = "stall"\nkeeps = true', '[connections.till]\ntype = "stall"\nkeeps = false', "flows.till-stock.source", "keeps no stock"),
        ('target = "market"\n', 'target = "desk"\n', "flows.till-stock.target", "no levels can be written"),
        ('kind = "stock"\nsource = "till"', 'kind = "stock"\nsource = "tll"', "flows.till-stock.source", "no connection"),
        ('sales = "hand-over"', 'sales = "hub"', "connections.market.sales", "cannot book differences"),
    ],
)  # fmt: skip
def test_ends_that_do_not_fit_are_told(old: str, new: str, key: str, said: str) -> None:
    found = [one for one in _problems(STALLS.replace(old, new)) if one[0] == key]
    assert len(found) == 1
    assert said in found[0][1]


def _problems(text: str) -> list[tuple[str, str]]:
    return [(found.key, found.what) for found in problems(text)]


def test_sales_by_hand_over_need_a_flow_that_hands_them_over() -> None:
    text = STALLS.replace('target = "till"\n', 'target = "desk"\n')
    assert _problems(text) == [
        ("connections.market.sales", "no flow of orders from market books them at till.")
    ]


def test_a_channel_has_one_master() -> None:
    found = one(
        f'{STALLS}[flows.again]\nkind = "stock"\nsource = "desk"\ntarget = "market"\n'.replace(
            "keeps = false", "keeps = true"
        ).replace('sales = "hand-over"', 'sales = "never"')
    )
    assert found.key == "flows.again.target"
    assert "shows the levels of till already" in found.what
