"""Reading Icecat's answers: recorded sheets, and every odd shape their fields come in."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.connectors.icecat.payload import read_product
from shopweave.connectors.icecat.records import record
from shopweave.connectors.icecat.settings import read_settings
from shopweave.model.errors import BrokenData

SAMPLES = Path(__file__).parents[2] / "samples"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"icecat-live-{name}.json").read_text(encoding="utf-8"))["data"]


@pytest.mark.seed("ICE-12")
def test_a_recorded_sheet_is_read_in_full() -> None:
    product = read_product(sample("5397184119709-EN"))
    assert product.icecat_id == "56195846"
    assert product.brand == "DELL"
    assert product.part_number == "5587-9709"
    assert product.gtins == ("5397184119709",)
    assert product.title.startswith("DELL G5 5587 Intel® Core™ i7")
    assert product.texts.long_html.startswith("<b>Power-packed. Adventure-ready.</b><br>")
    assert len(product.groups) == 25
    assert sum(len(group.features) for group in product.groups) == 203
    assert len(product.shots) == 14
    assert product.is_demo


def test_groups_and_features_come_in_descending_order() -> None:
    product = read_product(sample("5397184119709-EN"))
    assert [group.name for group in product.groups][:3] == ["Design", "Display", "Processor"]
    assert product.groups[-1].name == "Other features"
    orders = [feature.order for feature in product.groups[0].features]
    assert orders == sorted(orders, reverse=True)


def test_a_thin_recorded_sheet_is_read_without_what_it_lacks() -> None:
    product = read_product(sample("0882780751682-EN-no-features"))
    assert product.icecat_id == "1198270"
    assert product.gtins == ("0882780751682", "882780751682")
    assert product.groups == ()
    assert product.texts.language == "US"
    assert product.texts.long_html == ""
    assert product.texts.bullets == ()


@pytest.mark.parametrize("icecat_id", [900001, "900001", 900001.0])
def test_an_id_may_be_of_any_type_but_must_be_whole(icecat_id: object) -> None:
    data = {"GeneralInfo": {"IcecatId": icecat_id}}
    if isinstance(icecat_id, float):
        with pytest.raises(BrokenData):
            read_product(data)
    else:
        assert read_product(data).icecat_id == "900001"


@pytest.mark.parametrize("data", [{}, [], "", None, {"GeneralInfo": []}, {"GeneralInfo": {"IcecatId": "²"}}])
def test_a_sheet_without_a_number_is_broken(data: Any) -> None:
    with pytest.raises(BrokenData) as caught:
        read_product(data)
    assert caught.value.code == "ICECAT-60"


def test_one_spoilt_row_does_not_stop_the_others() -> None:
    data = {
        "GeneralInfo": {"IcecatId": 1, "GTIN": "4006381333931", "Brand": {}, "BulletPoints": []},
        "Gallery": [None, "x", {"Pic": [], "No": "one"}, {"Pic": "https://images.icecat.biz/1.jpg", "No": 2}],
        "FeaturesGroups": [[], {"Features": {}}, {"Features": [{"Feature": "", "Type": 5}]}],
        "Multimedia": {},
    }
    product = read_product(data)
    assert product.gtins == ("4006381333931",)
    assert [shot.url for shot in product.shots] == ["", "https://images.icecat.biz/1.jpg"]
    assert product.brand == ""


def test_approved_gtins_come_first() -> None:
    general = {
        "IcecatId": 1,
        "GTIN": ["4006381333931", "5397184119709"],
        "GTINs": [
            {"GTIN": "4006381333931", "IsApproved": False},
            {"GTIN": "5397184119709", "IsApproved": True},
        ],
    }
    assert read_product({"GeneralInfo": general}).gtins == ("5397184119709", "4006381333931")


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
junk = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
paths = st.sampled_from(
    [
        ("GeneralInfo", "Description"),
        ("GeneralInfo", "SummaryDescription"),
        ("GeneralInfo", "GTIN"),
        ("GeneralInfo", "Title"),
        ("GeneralInfo", "BulletPoints"),
        ("Gallery", 0),
        ("Gallery", 0, "Pic"),
        ("Image",),
        ("Multimedia",),
        ("Multimedia", 0, "URL"),
        ("FeaturesGroups", 0, "Features"),
        ("FeaturesGroups", 0, "Features", 0, "Feature"),
        ("FeaturesGroups", 0, "Features", 0, "RawValue"),
        ("FeaturesGroups", 0, "Features", 0, "PresentationValue"),
    ]
)


@given(st.lists(st.tuples(paths, junk), max_size=4))
def test_no_shape_of_a_field_keeps_a_sheet_from_being_read(spoilt: list[tuple[Any, Any]]) -> None:
    data = {
        "GeneralInfo": {"IcecatId": 7},
        "Gallery": [{"Pic": "https://images.icecat.biz/1.jpg"}],
        "Multimedia": [{"URL": "https://objects.icecat.biz/1.pdf", "Type": "leaflet"}],
        "FeaturesGroups": [{"Features": [{"Type": "numerical", "RawValue": "1", "Feature": {"ID": "94"}}]}],
    }
    for path, value in spoilt:
        _put(data, path, value)
    settings = read_settings({"user": "acme", "features": "both"})
    assert record(read_product(data), settings).remote_id == "7"


def _put(data: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        is_there = (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        )
        if not is_there:
            return
        data = data[step]
    if isinstance(data, dict) or (isinstance(data, list) and isinstance(path[-1], int) and data):
        data[path[-1]] = value
