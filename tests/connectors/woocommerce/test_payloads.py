"""Records from the shop's JSON and back, and what is refused before it is sent."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.connectors.woocommerce.payloads import payload, refusal, written_atoms
from shopweave.connectors.woocommerce.records import product, variation
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.connectors.woocommerce.units import GRAMS, inside, outside
from shopweave.model.atoms import NO_ATOMS, Atoms, AtomValue
from shopweave.model.change import Op, Write
from shopweave.model.record import Form, Kind, reference
from shopweave.model.values import Attribute, Identity, Measures, Node, Picture, Price, SalePrice, Status

SETTINGS = WooSettings(
    url="https://shop.example", wp_user="hub", application_password="x", new_products="publish"
)
SAMPLES = Path(__file__).parents[2] / "samples"


def write(
    atoms: dict[str, AtomValue],
    *,
    op: Op = Op.UPDATE,
    kind: Kind = Kind.PRODUCT,
    form: Form = Form.SIMPLE,
    current: Atoms = NO_ATOMS,
    refs: dict[str, str] | None = None,
    mark: str = "",
) -> Write:
    return Write(
        number=0,
        op=op,
        kind=kind,
        form=form,
        remote_id="7:9" if kind is Kind.VARIATION else "7",
        parent="7" if kind is Kind.VARIATION else None,
        atoms=Atoms(atoms),
        current=current,
        refs=refs or {},
        mark=mark,
    )


def test_a_recorded_simple_product_is_read_whole() -> None:
    raw = json.loads((SAMPLES / "woocommerce-product-simple.json").read_text())
    raw = raw.get("body", raw) if isinstance(raw, dict) else raw[0]
    found = product(raw, SETTINGS)
    assert found.form is Form.SIMPLE
    assert found.remote_id == str(raw["id"])
    assert found.atoms["name"]
    assert isinstance(found.atoms["identity"], Identity)
    assert found.modified is not None


def test_a_recorded_list_of_variations_is_read_whole() -> None:
    raw = json.loads((SAMPLES / "woocommerce-variations-list.json").read_text())
    rows = raw.get("body", raw) if isinstance(raw, dict) else raw
    found = [variation(row, "7", SETTINGS, "PARENT") for row in rows]
    assert found
    assert all(one.remote_id.startswith("7:") and one.form is Form.VARIATION for one in found)
    assert all("name" not in one.atoms for one in found)


def test_a_variation_with_its_parents_sku_has_none_of_its_own() -> None:
    found = variation({"id": 9, "sku": "P"}, "7", SETTINGS, "P")
    assert found.atoms["identity"] == Identity(sku=None)


@pytest.mark.parametrize(
    ("atoms", "expected"),
    [
        ({"regular_price": Price(amount=Decimal("12.50"))}, {"regular_price": "12.5"}),
        ({"regular_price": None}, {"regular_price": ""}),
        ({"sale_price": None}, {"sale_price": "", "date_on_sale_from": "", "date_on_sale_to": ""}),
        (
            {"sale_price": SalePrice(amount=Decimal(9), start=date(2026, 1, 2))},
            {"sale_price": "9", "date_on_sale_from": "2026-01-02T00:00:00", "date_on_sale_to": ""},
        ),
        ({"measures": Measures(weight=Decimal(3200))}, {"weight": "3.2"}),
        ({"measures": Measures(length=Decimal(15))}, {"dimensions": {"length": "1.5"}}),
        ({"status": Status.INACTIVE}, {"status": "draft"}),
        ({"status": Status.ACTIVE}, {"status": "publish"}),
        (
            {"identity": Identity(sku="1", gtin="06400000000019")},
            {"sku": "1", "global_unique_id": "6400000000019"},
        ),
        ({"categories": ("3", "5")}, {"categories": [{"id": 3}, {"id": 5}]}),
        ({"brand": "Nordix"}, {"brands": [{"id": 4}]}),
        ({"brand": None}, {"brands": []}),
        ({"tax_class": None}, {"tax_class": ""}),
        ({"long_text": "new"}, {"description": "new<!-- Icecat start -->kept<!-- Icecat end -->"}),
        ({"long_text#icecat": ""}, {"description": "manual"}),
        (
            {"attributes": (Attribute(name="Power", options=("45 W",)),)},
            {
                "attributes": [
                    {"id": 2, "options": ["Red"], "visible": True, "variation": True},
                    {"name": "Power", "options": ["45 W"], "visible": True, "variation": False},
                ]
            },
        ),
        ({"main_image": Picture(ref="till/1")}, {"images": [{"id": 77}]}),
    ],
)
def test_each_atom_has_its_json(atoms: dict[str, AtomValue], expected: dict[str, object]) -> None:
    current = Atoms(
        {
            "long_text": "manual",
            "long_text#icecat": "kept",
            "attributes#variation": (Attribute(name="Colour", options=("Red",)),),
        }
    )
    refs = {
        reference(Kind.BRAND, "Nordix"): "4",
        reference(Kind.ATTRIBUTE, "Colour"): "2",
        reference(Kind.MEDIA, "till/1"): "77",
    }
    body = payload(write(atoms, current=current, refs=refs), SETTINGS)
    assert {key: value for key, value in body.items() if key != "id"} == expected


def test_a_picture_that_is_not_there_is_left_out_and_not_claimed() -> None:
    one = write({"name": "x", "main_image": Picture(ref="till/1")})
    assert "images" not in payload(one, SETTINGS)
    assert written_atoms(one, SETTINGS) == ("name",)


def test_a_public_picture_goes_by_its_address_where_nothing_can_be_uploaded() -> None:
    settings = WooSettings(url="https://x", consumer_key="ck")
    one = write({"main_image": Picture(ref="i/1", url="https://pictures.example/a.jpg", alt="A")})
    assert payload(one, settings)["images"] == [{"src": "https://pictures.example/a.jpg", "alt": "A"}]


def test_new_products_are_drafts_unless_told_otherwise() -> None:
    one = write({"status": Status.ACTIVE}, op=Op.CREATE, mark="till:1")
    assert payload(one, WooSettings(url="https://x"))["status"] == "draft"
    body = payload(one, SETTINGS)
    assert (body["status"], body["type"]) == ("publish", "simple")
    assert body["meta_data"] == [{"key": "_shopweave_ref", "value": "till:1"}]


@pytest.mark.parametrize(
    ("atoms", "code"),
    [
        ({"name": " "}, "WOO-143"),
        ({"regular_price": Price(amount=Decimal(-1))}, "WOO-141"),
        ({"regular_price": Price(amount=Decimal(5)), "sale_price": SalePrice(amount=Decimal(5))}, "WOO-142"),
        ({"identity": Identity(sku="a,b")}, "WOO-140"),
        ({"identity": Identity(sku="x" * 101)}, "WOO-140"),
        ({"node": Node(name="")}, "WOO-144"),
        ({"measures": Measures(weight=Decimal(-1))}, "WOO-145"),
    ],
)
def test_what_a_batch_would_swallow_is_refused_before(atoms: dict[str, AtomValue], code: str) -> None:
    found = refusal(write(atoms))
    assert found is not None
    assert found.code == code
    assert found.remedy


def test_a_good_write_is_not_refused() -> None:
    assert refusal(write({"name": "x", "regular_price": Price(amount=Decimal(5))})) is None


@given(st.decimals(min_value="0.001", max_value="1000000", places=3), st.sampled_from(sorted(GRAMS)))
def test_weights_come_back_as_they_went(grams: Decimal, unit: str) -> None:
    back = inside(outside(grams, GRAMS[unit]), GRAMS[unit])
    assert back is not None
    assert abs(back - grams) <= Decimal("0.001")
