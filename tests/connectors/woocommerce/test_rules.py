"""The short rules of the contract (section 1), one by one, as the shop sees them on the wire."""

import asyncio
import base64
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shopweave.connectors.woocommerce import Shop, WooSettings
from shopweave.connectors.woocommerce.payloads import level_payload, payload, refusal
from shopweave.model.atoms import Atoms
from shopweave.model.change import Op, Write, WriteRefused, Written
from shopweave.model.errors import Configuration
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import UNKNOWN, Identity, Measures, PictureBytes, Price, SalePrice, tracked
from shopweave.runtime.clock import SystemIds
from shopweave.simulators.catalogue import png
from shopweave.simulators.woocommerce import Key, User, WooShop
from tests.connectors.woocommerce.shop import Ticking
from tests.worlds import SHOP, Simulated

SETTINGS = WooSettings(
    url=SHOP,
    consumer_key="ck_1",
    consumer_secret="cs",
    wp_user="hub",
    application_password="pass word",
    page_size=5,
)


class Wire(Simulated):
    """The simulated shop, with every request kept, and answers that can be lost after their effect."""

    def __init__(self) -> None:
        self.shop = WooShop(
            Ticking(),
            url=SHOP,
            keys=(Key(key="ck_1", secret="cs"),),
            users=(User(name="hub", password="password"),),
        )
        super().__init__((SHOP, self.shop))
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return await super().send(request)

    def sent(self, part: str) -> list[HttpRequest]:
        return [one for one in self.requests if part in one.url]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def shop(wire: Wire) -> Shop:
    return Shop(SETTINGS, wire, SystemIds())


def create(sku: str, **atoms: Any) -> Write:
    known = Atoms({"identity": Identity(sku=sku), "name": "x", **atoms})
    return Write(number=1, op=Op.CREATE, kind=Kind.PRODUCT, form=Form.SIMPLE, atoms=known)


def pair(request: HttpRequest) -> str:
    return base64.b64decode(request.headers["Authorization"].removeprefix("Basic ")).decode()


def query(request: HttpRequest) -> Mapping[str, list[str]]:
    return parse_qs(urlsplit(request.url).query)


def test_rule_1_keys_go_as_basic_in_a_header_never_in_the_address(shop: Shop, wire: Wire) -> None:
    asyncio.run(shop.page("products", "", sweep=True))
    assert {pair(one) for one in wire.requests} == {"ck_1:cs"}
    assert not any("consumer" in one.url or "cs" in one.url.partition("?")[2] for one in wire.requests)


@pytest.mark.parametrize("url", ["http://shop.example", "http://10.0.0.7:8080"])
def test_rule_1_plain_http_is_refused_before_anything_is_sent(wire: Wire, url: str) -> None:
    connection = Shop(WooSettings(url=url, consumer_key="ck_1", consumer_secret="cs"), wire, SystemIds())
    with pytest.raises(Configuration, match="plain http") as caught:
        asyncio.run(connection.page("products", "", sweep=True))
    assert (caught.value.code, wire.requests) == ("WOO-101", [])


def test_rule_2_media_take_the_application_password(shop: Shop, wire: Wire) -> None:
    picture = PictureBytes(content=png(1), media_type="image/png")
    write = Write(number=1, op=Op.CREATE, kind=Kind.MEDIA, form=Form.MEDIA, picture=picture)
    (answer,) = asyncio.run(shop.write(Kind.MEDIA, (write,), not_after=None))
    assert isinstance(answer, Written)
    assert {pair(one) for one in wire.sent("/wp/v2/media")} == {"hub:pass word"}


@pytest.mark.parametrize(
    "atoms",
    [
        {"regular_price": Price(amount=Decimal("NaN"))},
        {"regular_price": Price(amount=Decimal(-1))},
        {"measures": Measures(width=Decimal(-1))},
        {"measures": Measures(height=Decimal(-1))},
        {"name": " "},
        {"identity": Identity(sku="a,b")},
        {"regular_price": Price(amount=Decimal(5)), "sale_price": SalePrice(amount=Decimal(5))},
    ],
)
def test_rule_3_what_a_batch_would_swallow_never_leaves(atoms: dict[str, Any]) -> None:
    assert refusal(create("s", **atoms)) is not None


@pytest.mark.parametrize(
    ("amount", "text"), [("12.50", "12.5"), ("1E+2", "100"), ("0", "0"), ("12.34567", "12.34567")]
)
def test_rule_4_money_is_a_text_with_a_dot(amount: str, text: str) -> None:
    body = payload(create("s", regular_price=Price(amount=Decimal(amount))), SETTINGS)
    assert body["regular_price"] == text


def test_rule_5_windows_ask_in_utc_and_say_so_and_overlap_by_minutes(shop: Shop, wire: Wire) -> None:
    page = asyncio.run(shop.page("products", "", sweep=True))
    asyncio.run(shop.page("products", page.position, sweep=False))
    asked = query(wire.sent("modified_after")[-1])
    assert asked["dates_are_gmt"] == ["true"]
    assert asked["modified_after"] == ["2026-05-01T11:55:01"] or asked["modified_after"][0].startswith(
        "2026-05-01T11:5"
    )
    assert not any("Z" in value or "+" in value for value in asked["modified_after"])


@pytest.mark.pain("woocommerce/woocommerce#33386")
def test_rule_5_lists_have_a_total_order_no_status_filter_and_edit_context(shop: Shop, wire: Wire) -> None:
    asyncio.run(shop.page("products", "", sweep=True))
    asked = query(wire.sent("/products?")[-1])
    assert (asked["orderby"], asked["order"], asked["context"]) == (["id"], ["asc"], ["edit"])
    assert not {"status", "modified_before", "type"} & set(asked)


@pytest.mark.pain("pronamic/wp-woocommerce-stock-synchronization#4")
def test_rule_8_stock_is_absolute_whole_and_switched_on() -> None:
    assert level_payload("7:9", Decimal("2.9")) == {"id": 9, "manage_stock": True, "stock_quantity": 2}
    assert level_payload("7", Decimal("-2.5"))["stock_quantity"] == -3


def test_an_unknown_level_is_never_written_and_costs_the_others_nothing(shop: Shop, wire: Wire) -> None:
    ids = [str(wire.shop.products.create({"name": "x", "sku": sku})["id"]) for sku in "ab"]
    levels = {ids[0]: UNKNOWN, ids[1]: tracked(Decimal(4))}
    refused, taken = asyncio.run(shop.write_levels(Kind.PRODUCT, levels, not_after=None))
    assert isinstance(refused, WriteRefused)
    assert isinstance(taken, Written)
    assert taken.record.level == tracked(Decimal(4))
    assert asyncio.run(shop.write_levels(Kind.PRODUCT, {ids[0]: UNKNOWN}, not_after=None)) == (refused,)


def test_rule_12_batches_ask_for_whole_answers(shop: Shop, wire: Wire) -> None:
    asyncio.run(shop.write(Kind.PRODUCT, (create("s"),), not_after=None))
    assert all(not urlsplit(one.url).query for one in wire.requests if one.method == "POST")


@pytest.mark.pain("woocommerce/woocommerce#11732")
def test_variations_go_in_one_batch_under_their_parent(shop: Shop, wire: Wire) -> None:
    axis = [{"name": "Size", "options": ["S", "M"], "variation": True}]
    parent = str(wire.shop.products.create({"type": "variable", "sku": "f", "attributes": axis})["id"])
    writes = tuple(
        Write(
            number=number,
            op=Op.CREATE,
            kind=Kind.VARIATION,
            form=Form.VARIATION,
            parent=parent,
            atoms=Atoms({"identity": Identity(sku=f"f-{number}"), "regular_price": Price(amount=Decimal(9))}),
        )
        for number in range(2)
    )
    answers = asyncio.run(shop.write(Kind.VARIATION, writes, not_after=None))
    assert [isinstance(one, Written) for one in answers] == [True, True]
    (sent,) = [one for one in wire.requests if one.method == "POST"]
    assert sent.url == f"{SHOP}/wp-json/wc/v3/products/{parent}/variations/batch"
    assert len(json.loads(sent.body)["create"]) == 2


@pytest.mark.pain("woocommerce/woocommerce#28095")
def test_a_create_that_answers_400_although_it_was_made_is_looked_up(shop: Shop, wire: Wire) -> None:
    wire.shop.products.create({"name": "x", "sku": "S-1"})
    (answer,) = asyncio.run(shop.write(Kind.PRODUCT, (create("s-1"),), not_after=None))
    assert isinstance(answer, WriteRefused)
    assert answer.look_up
    found = asyncio.run(shop.find(create("s-1")))
    assert isinstance(found, RemoteRecord)
    assert found.remote_id == answer.exists


def test_sale_dates_are_cleared_by_empty_texts_and_span_whole_days() -> None:
    body = payload(create("s", sale_price=None), SETTINGS)
    assert (body["sale_price"], body["date_on_sale_from"], body["date_on_sale_to"]) == ("", "", "")
    sale = SalePrice(amount=Decimal(4), start=date(2026, 5, 1), end=date(2026, 5, 9))
    body = payload(create("s", sale_price=sale), SETTINGS)
    assert (body["date_on_sale_from"], body["date_on_sale_to"]) == (
        "2026-05-01T00:00:00",
        "2026-05-09T23:59:59",
    )
