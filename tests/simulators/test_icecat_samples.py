"""Recorded answers of Icecat replay against the simulated site."""

import json
from decimal import Decimal
from typing import Any

import pytest

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.catalogue import Known, Sheet, gtin_of
from shopweave.simulators.icecat import Account, IcecatSite
from tests.simulators.replay import differences, sample

URL = "https://icecat.example"
TOKEN = "0f0e0d0c-0b0a-4908-8706-050403020100"
RICH = "5397184119709"
CODES = {known: gtin_of(number) for number, known in enumerate(Known, 1)}

# Where a whole block is emptier or shorter than recorded, and why.
LABELS = "the hub ignores labels of the user interface"
SHORT = "no related goods, reviews or variants are invented"
OPTIONAL = "given by some sheets only"
ALLOWED = {
    "data.Dictionary": LABELS,
    "data.ProductRelated": SHORT,
    "data.Reviews": SHORT,
    "data.ReasonsToBuy": SHORT,
    "data.FeatureLogos": SHORT,
    "data.CatalogObjectCloud": SHORT,
    "data.Multimedia": SHORT,
    "data.GeneralInfo.VirtualCategory": OPTIONAL,
    "data.GeneralInfo.ProductFamily": OPTIONAL,
    "data.GeneralInfo.BulletPoints": OPTIONAL,
    "data.GeneralInfo.ProductSeries": OPTIONAL,
    "data.GeneralInfo.ProductNameInfo": OPTIONAL,
    "data.GeneralInfo.GTINs": OPTIONAL,
    "data.TaxonomyDescriptions": OPTIONAL,
}


def sheet(gtin: str, known: Known = Known.OK, **values: Any) -> Sheet:
    number = int(gtin[3:12])
    words = {"brand": "Dell", "part_number": f"P-{number}", "title": "Dell G5"}
    return Sheet(**{"gtin": gtin, "known": known, "icecat_id": number, "pictures": 2, **words, **values})


def site(**settings: Any) -> IcecatSite:
    sheets = (sheet(RICH, weight=Decimal(2700)), *(sheet(code, known) for known, code in CODES.items()))
    own = Account(user="acme", app_key="KEY", token=TOKEN, content_token="C", password="pw")
    others = (Account(user="away", refusal=5), Account(user="keyless", refusal=6))
    return IcecatSite(sheets, url=URL, accounts=(own, *others), **settings)


def ask(place: IcecatSite, query: str, headers: dict[str, str] | None = None) -> HttpResponse:
    return place.handle(HttpRequest(method="GET", url=f"{URL}/api?{query}", headers=headers or {}))


REFUSALS = {
    "not_present": f"shopname=acme&lang=EN&GTIN={CODES[Known.NOT_PRESENT]}",
    "brand_restricted": f"shopname=acme&lang=EN&GTIN={CODES[Known.BRAND_RESTRICTED]}",
    "not_yet_released": f"shopname=acme&lang=EN&GTIN={CODES[Known.NOT_YET_RELEASED]}",
    "full_icecat_only": f"shopname=acme&lang=EN&GTIN={CODES[Known.FULL_ONLY]}",
    "gtin_not_found": "shopname=acme&lang=EN&GTIN=4006381333931",
    "missing_user_or_lang": "lang=EN&GTIN=4006381333931",
    "unknown_language": f"shopname=acme&lang=INT&GTIN={RICH}",
    "unknown_user": f"shopname=nosuchshop&lang=EN&GTIN={RICH}",
    "bad_identifier": "shopname=acme&lang=EN&GTIN=4006381333932",
    "ip_not_whitelisted": f"shopname=away&lang=EN&GTIN={RICH}",
    "app_key_mismatch": f"shopname=hub&lang=EN&GTIN={RICH}&app_key=KEY",
    "unknown_app_key": f"shopname=acme&lang=EN&GTIN={RICH}&app_key=OTHER",
    "vertical_limited": f"shopname=acme&lang=EN&GTIN={CODES[Known.VERTICAL_LIMITED]}",
    "token_not_uuid": f"shopname=acme&lang=EN&GTIN={RICH}",
}


@pytest.mark.parametrize("case", sample("icecat-live-errors")["cases"], ids=lambda case: str(case["name"]))
def test_a_refusal_replays_word_for_word(case: dict[str, Any]) -> None:
    headers = {"Api-Token": "no-uuid"} if case["name"] == "token_not_uuid" else {}
    answer = ask(site(), REFUSALS[case["name"]], headers)
    assert (answer.status, json.loads(answer.body)) == (case["http"], case["body"])
    assert answer.content_type == "application/json"


@pytest.mark.parametrize(
    ("name", "thin"),
    [("icecat-live-5397184119709-EN", False), ("icecat-live-0882780751682-EN-no-features", True)],
)
def test_a_sheet_has_the_shape_of_the_recorded_one(name: str, thin: bool) -> None:
    gtin = "0882780751682" if thin else RICH
    values = {"thin": True, "pictures": 2} if thin else {"weight": Decimal(2700)}
    place = IcecatSite((sheet(gtin, **values),), url=URL)
    answer = ask(place, f"shopname=openIcecat-live&lang=EN&GTIN={gtin}&content=")
    assert answer.status == 200
    assert list(differences(sample(name), json.loads(answer.body), ALLOWED)) == []


@pytest.mark.parametrize(
    "query",
    [
        f"shopname=acme&lang=en&GTIN={RICH}&content=",
        f"UserName=acme&Language=EN&gtin=0{RICH}",
        "username=ACME&LANG=EN&Brand=dell&ProductCode=p-718411970",
        "shopname=acme&lang=EN&Vendor=Dell&ProductCode=P-718411970",
        "shopname=acme&lang=EN&icecat_id=718411970",
    ],
)
def test_a_sheet_is_found_by_each_identifier_and_alias(query: str) -> None:
    answer = ask(site(), query)
    assert json.loads(answer.body)["data"]["GeneralInfo"]["GTIN"] == [RICH]


def test_full_icecat_opens_by_key_or_token() -> None:
    query = f"shopname=acme&lang=EN&GTIN={CODES[Known.FULL_ONLY]}"
    assert ask(site(), query).status == 403
    assert ask(site(), f"{query}&app_key=KEY").status == 200
    assert ask(site(), query, {"api-token": TOKEN}).status == 200
    assert ask(site(), f"{query}&api-token={TOKEN}").status == 403


def test_private_pictures_want_the_content_token_of_the_answer() -> None:
    place = site(private=("718411970",))
    headers = {"api-token": TOKEN, "content-token": "C"}
    data = json.loads(ask(place, f"shopname=acme&lang=EN&GTIN={RICH}", headers).body)["data"]
    picture = data["Gallery"][0]["Pic"]
    assert picture.endswith("?content_token=C")
    assert place.handle(HttpRequest(method="GET", url=picture)).status == 200
    assert place.handle(HttpRequest(method="GET", url=picture.partition("?")[0])).status == 403
