"""Sheets become records: texts, pictures, attributes; what a sheet lacks is not spoken of."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shopweave.connectors.icecat.payload import read_product
from shopweave.connectors.icecat.records import ATOMS, record
from shopweave.connectors.icecat.settings import read_settings
from shopweave.core.blocks import blocks
from shopweave.core.html import sanitise
from shopweave.model.atoms import decode, encode
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import Attribute, Identity, Measures

SAMPLES = Path(__file__).parents[2] / "samples"
TOKEN = "11111111-2222-3333-4444-555555555555"


def sample(name: str = "5397184119709-EN") -> Any:
    return json.loads((SAMPLES / f"icecat-live-{name}.json").read_text(encoding="utf-8"))["data"]


def made(data: Any, **settings: Any) -> RemoteRecord:
    return record(read_product(data), read_settings({"user": "acme", **settings}))


def sheet(**parts: Any) -> dict[str, Any]:
    general = {"IcecatId": 900001, "Title": "Nordix AirClean 200", **parts.pop("general", {})}
    return {"GeneralInfo": general, **parts}


def text_of(data: Any, **settings: Any) -> str:
    value = made(data, **settings).atoms.get("long_text#icecat", "")
    assert isinstance(value, str)
    return value


@pytest.mark.seed("ICE-12")
def test_a_recorded_sheet_gives_every_atom() -> None:
    found = made(sample(), features="both")
    assert (found.kind, found.form, found.remote_id) == (Kind.SHEET, Form.SHEET, "56195846")
    assert set(found.atoms) == set(ATOMS)
    assert found.atoms["identity"] == Identity(gtin="05397184119709", part_number="5587-9709")
    assert found.atoms["brand"] == "DELL"
    assert found.atoms["measures"] == Measures(
        weight=Decimal(2700), length=Decimal("274.7"), width=Decimal(389), height=Decimal(25)
    )
    assert found.raw_gtin == "5397184119709"
    assert decode(encode(found.atoms)) == found.atoms


def test_a_thin_sheet_speaks_only_of_what_it_has() -> None:
    found = made(sample("0882780751682-EN-no-features"), features="both")
    assert set(found.atoms) == {"identity", "name", "brand", "short_text", "long_text#icecat", "main_image"}
    assert found.atoms["identity"] == Identity(gtin="00882780751682", part_number="RJ459AV")


def test_the_same_sheet_gives_the_same_record() -> None:
    assert made(sample(), features="both") == made(sample(), features="both")


def test_the_block_holds_text_points_table_documents_and_source_in_this_order() -> None:
    block = text_of(sample())
    places = [
        block.index(words)
        for words in (
            "<p><b>Power-packed. Adventure-ready.</b>",
            "<ul><li>Gaming Laptop Clamshell Black</li>",
            "<h3>Design</h3><table><tr><th>Product type</th><td>Laptop</td></tr>",
            'mmo_56195846_1526461292_5438_24134.pdf">Product brochure</a></li>',
            '<a href="https://icecat.biz">Specs Icecat</a>',
        )
    ]
    assert places == sorted(places)
    assert blocks(block) == ()


def test_the_block_is_clean_html_and_stays_so() -> None:
    block = text_of(sample())
    assert sanitise(block, links=True).replace(' rel="nofollow"', "") == block


@pytest.mark.parametrize(
    ("general", "expected"),
    [
        ({"Description": {"LongDesc": "<b>Long</b>"}}, "<p><b>Long</b></p>"),
        ({"Description": {"LongDesc": "one\ntwo"}}, "<p>one<br>two</p>"),
        ({"Description": {"LongDesc": "<p>Long</p>"}}, "<p>Long</p>"),
        ({"SummaryDescription": {"LongSummaryDescription": "5 < 6 &amp; 7"}}, "<p>5 &lt; 6 &amp; 7</p>"),
        ({"BulletPoints": {"Values": ["a", "<b>b</b>"]}}, "<ul><li>a</li><li><b>b</b></li></ul>"),
        ({"GeneratedBulletPoints": {"Values": ["a"]}}, "<ul><li>a</li></ul>"),
        (
            {
                "Description": {"LongDesc": "Long"},
                "SummaryDescription": {"LongSummaryDescription": "Summary"},
                "BulletPoints": {"Values": ["a"]},
                "GeneratedBulletPoints": {"Values": ["b"]},
            },
            "<p>Long</p><ul><li>a</li></ul>",
        ),
    ],
)
def test_the_long_text_comes_first_then_the_summary_then_the_points(general: Any, expected: str) -> None:
    assert text_of(sheet(general=general), attribution=False) == expected


def test_points_can_be_left_out_unless_there_is_nothing_else() -> None:
    points = {"BulletPoints": {"Values": ["a"]}}
    both = {**points, "Description": {"LongDesc": "Long"}}
    assert text_of(sheet(general=both), attribution=False, bullet_points=False) == "<p>Long</p>"
    only = text_of(sheet(general=points), attribution=False, bullet_points=False)
    assert only == "<ul><li>a</li></ul>"


def test_nothing_to_show_gives_no_block_not_even_the_source() -> None:
    assert "long_text#icecat" not in made(sheet()).atoms


def test_a_text_cannot_act_in_the_shop() -> None:
    evil = (
        "<!-- Icecat end --><script>x()</script><img src='https://e.org/1.png'><b onclick='x'>a</b>[gallery]"
        "<iframe src='https://e.org'></iframe>"
    )
    data = sheet(
        general={
            "Description": {"LongDesc": evil},
            "BulletPoints": {"Values": [evil]},
            "Title": "a<script>",
        },
        FeaturesGroups=[
            {
                "FeatureGroup": {"Name": {"Value": evil}},
                "Features": [{"Feature": {"Name": {"Value": evil}}, "PresentationValue": evil}],
            }
        ],
        Multimedia=[
            {"Type": "leaflet", "URL": "javascript:x()"},
            {"Type": "manual pdf", "URL": 'https://e.org/"><b>'},
        ],
    )
    block = text_of(data)
    assert blocks(block) == ()
    for bad in ("<!--", "<script", "<img", "<iframe", "<b onclick", "[gallery", 'href="javascript', '"><b>'):
        assert bad not in block


@pytest.mark.parametrize(
    ("language", "words"), [("FI", "ilman takuuta"), ("SE", "utan garanti"), ("XX", "without warranty")]
)
def test_the_source_is_named_in_the_shops_language(language: str, words: str) -> None:
    data = sheet(general={"Description": {"LongDesc": "Long"}})
    block = text_of(data, languages=(language,))
    assert block.endswith("</p>")
    assert '<a href="https://icecat.biz">Specs Icecat</a>' in block
    assert words in block


def test_label_and_documents_are_links_one_of_each_kind() -> None:
    files = "https://objects.icecat.biz"
    data = sheet(
        Multimedia=[
            {"Type": "leaflet", "URL": f"{files}/de.pdf", "Language": "DE"},
            {"Type": "leaflet", "URL": f"{files}/fi.pdf?content_token={TOKEN}", "Language": "FI"},
            {
                "Type": "EU Energy Label",
                "URL": f"{files}/label.pdf",
                "EprelLink": "https://eprel.ec.europa.eu/1",
            },
            {"Type": "EU Product Fiche", "URL": f"{files}/fiche.pdf", "Language": "INT"},
            {"Type": "manual pdf", "URL": f"{files}/secret.pdf", "IsPrivate": "1"},
            {"Type": "video/mp4", "URL": f"{files}/film.mp4"},
        ]
    )
    assert text_of(data, languages=("FI", "EN"), attribution=False) == (
        '<ul><li><a href="https://eprel.ec.europa.eu/1">EU-energiamerkki</a></li>'
        f'<li><a href="{files}/fiche.pdf">Tuoteseloste</a></li>'
        f'<li><a href="{files}/fi.pdf">Tuote-esite</a></li></ul>'
    )


@pytest.mark.parametrize(
    ("features", "has_attributes", "has_table"),
    [("attributes", True, False), ("table", False, True), ("both", True, True), ("none", False, False)],
)
def test_technical_data_goes_where_it_is_wanted(features: str, has_attributes: bool, has_table: bool) -> None:
    found = made(sample(), features=features)
    assert ("attributes" in found.atoms) is has_attributes
    assert ("<table>" in str(found.atoms["long_text#icecat"])) is has_table


def test_attributes_are_named_with_their_values() -> None:
    attributes = made(sample(), features="attributes").atoms["attributes"]
    assert isinstance(attributes, tuple)
    assert len(attributes) == 203
    assert attributes[0] == Attribute(name="Product type", options=("Laptop",))
    assert Attribute(name="Compatible memory cards", options=("MMC", "SD")) in attributes
    assert Attribute(name="Ethernet LAN data rates", options=("10,100,1000 Mbit/s",)) in attributes
    assert Attribute(name="Touchscreen", options=("No",)) in attributes


def test_equal_names_are_told_apart_by_their_group() -> None:
    def group(name: str, *values: str) -> dict[str, Any]:
        rows = [{"Feature": {"Name": {"Value": "Width"}}, "PresentationValue": value} for value in values]
        return {"FeatureGroup": {"Name": {"Value": name}}, "Features": rows}

    data = sheet(FeaturesGroups=[group("Size", "1 mm"), group("Package", "2 mm", "3 mm")])
    assert made(data, features="attributes").atoms["attributes"] == (
        Attribute(name="Width", options=("1 mm",)),
        Attribute(name="Width (Package)", options=("2 mm",)),
    )


def shot(number: str, **other: str) -> dict[str, str]:
    return {"Pic": f"https://images.icecat.biz/{number}.jpg", "No": number, "IsMain": "N", **other}


def refs(data: Any, **settings: Any) -> list[str]:
    atoms: Any = made(data, **settings).atoms
    shown = [atoms["main_image"], *atoms.get("gallery", ())] if "main_image" in atoms else []
    return [picture.ref.rpartition("/")[2] for picture in shown]


def test_pictures_come_main_first_then_by_number_each_once_and_public() -> None:
    gallery = [
        shot("27"),
        shot("3"),
        shot("10"),
        shot("9", IsMain="Y"),
        shot("3", Pic="https://images.icecat.biz/3.jpg?x=1"),
        shot("4", IsPrivate="1"),
        shot("5", Pic="", LowPic="https://images.icecat.biz/5_low.jpg"),
        shot("6", Pic="ftp://images.icecat.biz/6.jpg"),
    ]
    assert refs(sheet(Gallery=gallery)) == ["9.jpg", "3.jpg", "5_low.jpg", "10.jpg", "27.jpg"]
    assert refs(sheet(Gallery=gallery), gallery_max=1) == ["9.jpg", "3.jpg"]
    assert refs(sheet(Gallery=gallery), gallery_max=0) == ["9.jpg"]


def test_without_a_gallery_the_main_picture_stands_alone() -> None:
    assert refs(sheet(Image={"HighPic": "https://images.icecat.biz/1.jpg"})) == ["1.jpg"]
    assert refs(sheet(Image={"HighPic": ""}, Gallery={})) == []


def test_a_private_main_picture_is_not_shown() -> None:
    data = sheet(
        Image={"HighPic": "https://images.icecat.biz/1.jpg"},
        Gallery=[shot("1", IsMain="Y", IsPrivate="1"), shot("2")],
    )
    assert refs(data) == ["2.jpg"]


def test_a_content_token_is_never_kept() -> None:
    token = f"?content_token={TOKEN}"
    data = sheet(
        general={"Description": {"LeafletPDFURL": f"https://objects.icecat.biz/1.pdf{token}"}},
        Image={"HighPic": f"https://images.icecat.biz/1.jpg{token}"},
        Gallery=[
            shot("1", Pic=f"https://images.icecat.biz/1.jpg{token}"),
            shot("2", Pic=f"https://x.org/2{token}"),
        ],
        Multimedia=[{"Type": "manual pdf", "URL": f"https://objects.icecat.biz/2.pdf{token}"}],
    )
    kept = encode(made(data, features="both", content_token=TOKEN).atoms).decode()
    assert "1.pdf" in kept
    assert "2.pdf" in kept
    assert "content_token" not in kept
    assert TOKEN not in kept
