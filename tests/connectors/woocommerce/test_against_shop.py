"""The connector against the simulated shop: check, windows, by id, look-ups, levels."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from shopweave.connectors.woocommerce import Shop, WooSettings
from shopweave.model.atoms import Atoms, AtomValue
from shopweave.model.change import Op, Write, WriteRefused, Written
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import Identity, Node, PictureBytes, tracked
from shopweave.runtime.clock import SystemIds
from shopweave.simulators.catalogue import png
from shopweave.simulators.woocommerce import Key, User, WooShop
from tests.connectors.woocommerce.shop import Ticking
from tests.worlds import SHOP, Simulated

T = TypeVar("T")


KEYS = (
    Key(key="ck_all", secret="s"),
    Key(key="ck_read", secret="s", permission="read"),
    Key(key="ck_poor", secret="s", role="author"),
)


class Pair:
    """A simulated shop and a connection to it."""

    def __init__(self, *, pretty: bool = True, **settings: Any) -> None:
        self.clock = Ticking()
        self.shop = WooShop(
            self.clock, url=SHOP, users=(User(name="hub", password="pw"),), keys=KEYS, pretty=pretty
        )
        self.http = Simulated((SHOP, self.shop))
        values = {"url": SHOP, "wp_user": "hub", "application_password": "pw", **settings}
        self.connection = Shop(WooSettings(**values), self.http, SystemIds())

    def made(self, **body: Any) -> dict[str, Any]:
        return self.shop.products.create({"name": "x", "status": "publish", **body})

    def read(
        self, feed: str = "products", position: str = "", *, sweep: bool = True
    ) -> tuple[list[RemoteRecord], str]:
        return run(self._read(feed, position, sweep))

    async def _read(self, feed: str, position: str, sweep: bool) -> tuple[list[RemoteRecord], str]:
        found: list[RemoteRecord] = []
        while True:
            page = await self.connection.page(feed, position, sweep=sweep)
            found += page.records
            position = page.position
            if page.done:
                return found, position


def run(story: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(story)


def test_a_good_connection_passes_every_line() -> None:
    lines = run(Pair().connection.check())
    assert all(line.ok for line in lines)
    assert any("9.9.5" in line.what for line in lines)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"application_password": "wrong"}, "application password"),
        ({"consumer_key": "ck_none", "consumer_secret": "s"}, "belongs to this shop"),
        ({"consumer_key": "ck_all", "consumer_secret": "wrong"}, "secret"),
        ({"consumer_key": "ck_read", "consumer_secret": "s"}, "Read/Write"),
        ({"consumer_key": "ck_poor", "consumer_secret": "s"}, "shop manager"),
        ({"weight_unit": "g"}, 'weight_unit = "kg"'),
    ],
)
def test_each_obstacle_has_its_own_sentence_and_remedy(settings: dict[str, Any], words: str) -> None:
    lines = run(Pair(**settings).connection.check())
    bad = [line for line in lines if not line.ok]
    assert len(bad) == 1
    assert words in bad[0].remedy
    assert bad[0].code


def test_a_sweep_reads_all_products_and_variations_once() -> None:
    pair = Pair()
    for number in range(230):
        pair.made(sku=f"s{number}")
    family = pair.made(
        type="variable", sku="f", attributes=[{"name": "Size", "options": ["S", "M"], "variation": True}]
    )
    for size in "SM":
        pair.shop.products.create(
            {"attributes": [{"name": "Size", "option": size}], "sku": f"f-{size}"}, family
        )
    found, _ = pair.read()
    assert len({(one.kind, one.remote_id) for one in found}) == 233
    choices = [one for one in found if one.kind is Kind.VARIATION]
    assert {one.parent for one in choices} == {str(family["id"])}


def test_a_window_reads_what_moved_since_the_last_and_no_more() -> None:
    pair = Pair()
    rows = [pair.made(sku=f"s{number}") for number in range(8)]
    pair.clock.time += timedelta(hours=1)
    _, position = pair.read()
    pair.clock.time += timedelta(hours=1)
    pair.shop.products.update(rows[3], {"name": "y"})
    found, _ = pair.read(position=position, sweep=False)
    assert [one.remote_id for one in found] == [str(rows[3]["id"])]


@pytest.mark.pain("woocommerce/woocommerce#11732")
def test_a_changed_variation_brings_its_family_into_the_window() -> None:
    pair = Pair()
    family = pair.made(type="variable", attributes=[{"name": "Size", "options": ["S"], "variation": True}])
    choice = pair.shop.products.create(
        {"sku": "f-S", "attributes": [{"name": "Size", "option": "S"}]}, family
    )
    _, position = pair.read()
    pair.clock.time += timedelta(hours=1)
    pair.shop.products.update(choice, {"regular_price": "5"})
    found, _ = pair.read(position=position, sweep=False)
    assert {one.kind for one in found} == {Kind.PRODUCT, Kind.VARIATION}


def test_what_is_gone_is_told_from_what_is_in_the_trash_and_both_are_gone() -> None:
    pair = Pair()
    here, trashed, removed = (pair.made(sku=name) for name in "abc")
    pair.shop.products.trash(trashed)
    pair.shop.products.remove(removed)
    ids = tuple(str(row["id"]) for row in (here, trashed, removed))
    found = {one.remote_id: one.gone for one in run(pair.connection.by_ids(Kind.PRODUCT, ids))}
    assert found == {ids[0]: False, ids[1]: True, ids[2]: True}


def test_variations_are_read_by_id_under_their_family() -> None:
    pair = Pair()
    family = pair.made(type="variable", attributes=[{"name": "Size", "options": ["S"], "variation": True}])
    choice = pair.shop.products.create(
        {"sku": "f-S", "attributes": [{"name": "Size", "option": "S"}]}, family
    )
    ids = (f"{family['id']}:{choice['id']}", f"{family['id']}:999")
    found = run(pair.connection.by_ids(Kind.VARIATION, ids))
    assert [(one.remote_id, one.gone) for one in found] == [(ids[0], False), (ids[1], True)]


def create(sku: str, kind: Kind = Kind.PRODUCT, form: Form = Form.SIMPLE, **more: Any) -> Write:
    atoms: dict[str, AtomValue]
    atoms = {"identity": Identity(sku=sku), "name": "n"} if kind is Kind.PRODUCT else {"node": Node(name=sku)}
    return Write(number=0, op=Op.CREATE, kind=kind, form=form, atoms=Atoms(atoms), **more)


def test_a_taken_sku_asks_for_a_look_up_that_finds_it() -> None:
    pair = Pair()
    row = pair.made(sku="A1")
    answer = run(pair.connection.write(Kind.PRODUCT, (create("a1"),), not_after=None))[0]
    assert isinstance(answer, WriteRefused)
    assert answer.look_up
    assert answer.exists == str(row["id"])
    found = run(pair.connection.find(create("a1")))
    assert found is not None
    assert found.remote_id == str(row["id"])


def test_a_sku_in_the_trash_is_found_as_gone() -> None:
    pair = Pair()
    pair.shop.products.trash(pair.made(sku="A1"))
    answer = run(pair.connection.write(Kind.PRODUCT, (create("A1"),), not_after=None))[0]
    assert isinstance(answer, WriteRefused)
    found = run(pair.connection.find(create("A1")))
    assert found is not None
    assert found.gone


@pytest.mark.parametrize(
    ("kind", "form"), [(Kind.CATEGORY, Form.CATEGORY), (Kind.BRAND, Form.TERM), (Kind.ATTRIBUTE, Form.TERM)]
)
def test_names_are_made_once_and_found_again(kind: Kind, form: Form) -> None:
    pair = Pair()
    one = create("Kitchen & Co", kind, form)
    first = run(pair.connection.write(kind, (one,), not_after=None))[0]
    assert isinstance(first, Written)
    again = run(pair.connection.write(kind, (one,), not_after=None))[0]
    assert isinstance(again, WriteRefused)
    assert again.look_up
    found = run(pair.connection.find(one))
    assert found is not None
    assert found.remote_id == first.record.remote_id


def test_an_upload_is_found_by_its_content() -> None:
    pair = Pair()
    picture = PictureBytes(content=png(1), media_type="image/png")
    one = Write(number=0, op=Op.CREATE, kind=Kind.MEDIA, form=Form.MEDIA, picture=picture)
    assert run(pair.connection.find(one)) is None
    answer = run(pair.connection.write(Kind.MEDIA, (one,), not_after=None))[0]
    assert isinstance(answer, Written)
    found = run(pair.connection.find(one))
    assert found is not None
    assert found.remote_id == answer.record.remote_id


@pytest.mark.pain("mailchimp/mc-woocommerce#554")
def test_one_bad_item_leaves_the_others_of_its_batch() -> None:
    pair = Pair()
    pair.made(sku="taken")
    writes = tuple(create(sku) for sku in ("a", "taken", "b"))
    answers = run(pair.connection.write(Kind.PRODUCT, writes, not_after=None))
    assert [isinstance(one, Written) for one in answers] == [True, False, True]


def test_levels_are_set_and_read_back() -> None:
    pair = Pair()
    row = pair.made(sku="a")
    level = tracked(Decimal(7))
    answers = run(pair.connection.write_levels(Kind.PRODUCT, {str(row["id"]): level}, not_after=None))
    assert isinstance(answers[0], Written)
    assert answers[0].record.level == level
    assert pair.read()[0][0].level == level


def test_a_shop_without_brands_is_read_all_the_same() -> None:
    pair = Pair()
    found, _ = pair.read("brands")
    assert found == []
    categories, _ = pair.read("categories")
    assert [one.atoms["node"] for one in categories] == [Node(name="Uncategorized")]
