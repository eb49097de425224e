"""Weights and edges: by id, by name, in any unit, exactly, and never zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.connectors.icecat.measures import measures
from shopweave.connectors.icecat.payload import Feature, FeatureGroup, Product, Texts
from shopweave.model.values import Measures

ORDER = ("94", "19017", "12573")
NAMES = ("Weight", "Paino")


def feature(number: str, raw: str, *, unit: str = "g", unit_id: str = "", **other: str) -> Feature:
    return Feature(
        number=number,
        name=other.get("name", "x"),
        kind=other.get("kind", "numerical"),
        raw=raw,
        shown="",
        unit_id=unit_id,
        unit=unit,
        order=0,
    )


def product(*features: Feature) -> Product:
    texts = Texts(language="EN", long_html="", summary="", short_summary="", bullets=())
    return Product(
        icecat_id="1",
        title="",
        brand="",
        part_number="",
        gtins=(),
        texts=texts,
        groups=(FeatureGroup(name="", order=0, features=features),),
        main_picture="",
        shots=(),
        assets=(),
        is_demo=False,
    )


def weight(*features: Feature, order: tuple[str, ...] = ORDER) -> Decimal | None:
    found = measures(product(*features), order, NAMES)
    return found.weight if found else None


@pytest.mark.parametrize(
    ("raw", "unit", "unit_id", "grams"),
    [
        ("2700", "g", "38", "2700"),
        ("2700", "irgendwas", "38", "2700"),
        ("10780", "g", "", "10780"),
        ("2.7", "kg", "", "2700"),
        ("2,7", "kg", "", "2700"),
        ("0.5", "KG", "", "500"),
        ("500", "mg", "", "0.5"),
        ("1", "lb", "", "453.592"),
        ("3", "oz", "", "85.049"),
        ("0.002", "t", "", "2000"),
        ("3.2E3", "g", "", "3200"),
    ],
)
def test_a_weight_is_converted_to_grams(raw: str, unit: str, unit_id: str, grams: str) -> None:
    found = weight(feature("94", raw, unit=unit, unit_id=unit_id))
    assert str(found) == grams


@pytest.mark.parametrize(
    ("raw", "unit", "kind"),
    [
        ("0", "g", "numerical"),
        ("0.0000001", "g", "numerical"),
        ("-5", "g", "numerical"),
        ("", "g", "numerical"),
        ("heavy", "g", "numerical"),
        ("1,234.5", "g", "numerical"),
        ("NaN", "g", "numerical"),
        ("Infinity", "g", "numerical"),
        ("1E99", "g", "numerical"),
        ("2700", "stone", "numerical"),
        ("2700", "", "numerical"),
        ("2 - 3", "kg", "range"),
        ("2700", "g", "alphanumeric"),
    ],
)
def test_what_is_no_weight_gives_none_and_never_zero(raw: str, unit: str, kind: str) -> None:
    assert measures(product(feature("94", raw, unit=unit, kind=kind)), ORDER, NAMES) is None


def test_the_first_known_feature_of_the_order_counts() -> None:
    stand, bare = feature("19017", "5000"), feature("12573", "4000")
    assert weight(bare, stand) == 5000
    assert weight(bare, stand, feature("94", "3000")) == 3000
    assert weight(bare, stand, feature("94", "?")) == 5000


def test_the_package_weight_counts_only_where_wanted() -> None:
    package = feature("762", "6000")
    assert weight(package) is None
    assert weight(package, order=(*ORDER, "762")) == 6000


def test_a_pallet_weight_never_counts() -> None:
    assert weight(feature("19033", "90000"), feature("34653", "80000"), feature("34650", "70000")) is None


def test_a_sheet_without_the_ids_is_read_by_name() -> None:
    assert weight(feature("777", "1.5", unit="kg", name="paino")) == 1500
    assert weight(feature("777", "1.5", unit="kg", name="Traglast")) is None


def test_edges_are_millimetres() -> None:
    found = measures(
        product(
            feature("1649", "389", unit="", unit_id="24"),
            feature("1650", "27.47", unit="cm"),
            feature("1464", "1", unit="", unit_id="16"),
        ),
        ORDER,
        NAMES,
    )
    assert found == Measures(weight=None, width=Decimal(389), length=Decimal("274.7"), height=Decimal("25.4"))


@given(st.decimals(min_value="0.001", max_value="1000000", places=3))
def test_grams_come_through_exactly(amount: Decimal) -> None:
    assert weight(feature("94", str(amount))) == amount


@given(st.decimals(min_value="0.001", max_value="10000", places=3))
def test_kilograms_and_grams_say_the_same(amount: Decimal) -> None:
    in_kilograms = weight(feature("94", str(amount), unit="kg"))
    assert in_kilograms == weight(feature("94", str(amount * 1000)))
