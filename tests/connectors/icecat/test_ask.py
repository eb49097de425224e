"""Asking Icecat: by which names, in which order, and what each miss means."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shopweave.connector.roles import Ask, NoSheet, Sheet
from shopweave.connectors.icecat import IcecatConnection
from shopweave.model.errors import HubError
from shopweave.model.http import HttpResponse

SAMPLES = Path(__file__).parents[2] / "samples"
ERRORS = {
    case["name"]: (case["http"], case["body"])
    for case in json.loads((SAMPLES / "icecat-live-errors.json").read_text(encoding="utf-8"))["cases"]
}
RICH = (SAMPLES / "icecat-live-5397184119709-EN.json").read_bytes()
TOKEN = "11111111-2222-3333-4444-555555555555"
SECRETS = {"api_token": TOKEN, "content_token": "content-secret", "app_key": "key-secret"}
GTIN = "05397184119709"

Answer = HttpResponse | HubError
Script = Callable[[Mapping[str, str]], Answer]
Connect = Callable[..., tuple[IcecatConnection, Any]]
Asker = Callable[..., tuple[Sheet | NoSheet, Any]]
Misser = Callable[..., NoSheet]


def reply(body: Any, status: int = 200) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status=status, headers={"content-type": "application/json; charset=utf-8"}, body=raw)


def refusal(name: str) -> HttpResponse:
    status, body = ERRORS[name]
    return reply(body, status)


def numbered(number: int, status: int = 404, message: str = "words") -> HttpResponse:
    return reply({"StatusCode": number, "Code": status, "Error": "x", "Message": message}, status)


def sheet(icecat_id: int = 7, **general: Any) -> HttpResponse:
    return reply({"msg": "OK", "data": {"GeneralInfo": {"IcecatId": icecat_id, **general}}})


@pytest.fixture
def ask(connect: Connect) -> Callable[..., tuple[Sheet | NoSheet, Any]]:
    def run(script: Script, question: Ask, **settings: Any) -> tuple[Sheet | NoSheet, Any]:
        connection, site = connect(script, **settings)
        return asyncio.run(connection.ask(question)), site

    return run


@pytest.fixture
def missed(ask: Asker) -> Callable[..., NoSheet]:
    def run(script: Script, question: Ask | None = None, **settings: Any) -> NoSheet:
        answer, _ = ask(script, question or Ask(gtin=GTIN), **settings)
        assert isinstance(answer, NoSheet)
        return answer

    return run


@pytest.mark.seed("ICE-11")
@pytest.mark.seed("ICE-13")
def test_a_request_names_user_language_and_gtin_and_carries_the_token(ask: Asker) -> None:
    _, site = ask(lambda _: sheet(), Ask(gtin=GTIN), api_token=TOKEN)
    request = site.requests[0]
    assert request.method == "GET"
    assert request.url == ("https://live.icecat.biz/api?shopname=acme&lang=EN&GTIN=5397184119709&content=")
    assert request.headers["api-token"] == TOKEN
    assert "content-token" not in request.headers


def test_the_content_token_goes_only_beside_an_api_token(ask: Asker) -> None:
    _, both = ask(lambda _: sheet(), Ask(gtin=GTIN), **SECRETS)
    assert both.requests[0].headers["content-token"] == "content-secret"
    assert both.queries[0]["app_key"] == "key-secret"
    _, alone = ask(lambda _: sheet(), Ask(gtin=GTIN), content_token="content-secret")
    assert "content-token" not in alone.requests[0].headers


@pytest.mark.parametrize(
    ("gtin", "sent"),
    [
        ("5397184119709", "5397184119709"),
        ("00882780751682", "0882780751682"),
        ("882780751682", "0882780751682"),
        ("00000096385074", "96385074"),
        ("10614141000415", "10614141000415"),
        ("4006381-333931 ", "4006381333931"),
    ],
)
def test_a_gtin_is_sent_in_the_form_icecat_lists(gtin: str, sent: str, ask: Asker) -> None:
    _, site = ask(lambda _: sheet(), Ask(gtin=gtin))
    assert [query["GTIN"] for query in site.queries] == [sent]


def test_the_known_id_is_asked_first_and_alone(ask: Asker) -> None:
    answer, site = ask(lambda _: sheet(7), Ask(gtin=GTIN, known_id="7", brand="Dell", part_number="5"))
    assert [query.get("icecat_id") for query in site.queries] == ["7"]
    assert "GTIN" not in site.queries[0]
    assert isinstance(answer, Sheet)
    assert (answer.record.remote_id, answer.requests) == ("7", 1)


def test_each_identifier_is_tried_in_turn_one_a_request(ask: Asker) -> None:
    question = Ask(gtin="00882780751682", brand="H&P", part_number="RJ 459", known_id="9")

    def script(query: Mapping[str, str]) -> Answer:
        return (
            sheet() if "Brand" in query else refusal("gtin_not_found" if "GTIN" in query else "not_present")
        )

    answer, site = ask(script, question)
    keys = ("icecat_id", "GTIN", "Brand", "ProductCode")
    assert [{key: query[key] for key in keys if key in query} for query in site.queries] == [
        {"icecat_id": "9"},
        {"GTIN": "0882780751682"},
        {"GTIN": "882780751682"},
        {"Brand": "H&P", "ProductCode": "RJ 459"},
    ]
    assert isinstance(answer, Sheet)
    assert answer.requests == 4


def test_the_short_form_is_tried_only_when_the_gtin_is_unknown(ask: Asker) -> None:
    _, unknown = ask(lambda _: refusal("gtin_not_found"), Ask(gtin="882780751682"))
    assert [query["GTIN"] for query in unknown.queries] == ["0882780751682", "882780751682"]
    _, absent = ask(lambda _: refusal("not_present"), Ask(gtin="882780751682"))
    assert [query["GTIN"] for query in absent.queries] == ["0882780751682"]


@pytest.mark.parametrize(
    ("gtin", "outcome"),
    [
        ("2012345678903", "IN_STORE_CODE"),
        ("0212345678909", "IN_STORE_CODE"),
        ("9781861972712", "PRESS_OR_BOOK"),
        ("4006381333932", "BAD_IDENTIFIER"),
        ("8.82781E+11", "BAD_IDENTIFIER"),
        (None, "BAD_IDENTIFIER"),
    ],
)
def test_what_cannot_be_known_is_not_asked(gtin: str | None, outcome: str, ask: Asker) -> None:
    answer, site = ask(lambda _: sheet(), Ask(gtin=gtin, brand="Dell"))
    assert isinstance(answer, NoSheet)
    assert (answer.outcome, answer.requests, answer.retry) == (outcome, 0, None)
    assert answer.what
    assert answer.remedy
    assert site.requests == []


def test_an_in_store_code_does_not_hide_brand_and_part_number(ask: Asker) -> None:
    _, site = ask(lambda _: sheet(), Ask(gtin="2012345678903", brand="Dell", part_number="5587"))
    assert [query.get("ProductCode") for query in site.queries] == ["5587"]


@pytest.mark.pain("seed:icecat")
@pytest.mark.parametrize(
    ("name", "outcome", "number", "days"),
    [
        ("not_present", "NOT_PRESENT", 8, 30),
        ("brand_restricted", "BRAND_RESTRICTED", 14, 30),
        ("full_icecat_only", "FULL_ONLY", 9, 30),
        ("vertical_limited", "FULL_ONLY", 12, 30),
        ("not_yet_released", "NOT_YET_RELEASED", 15, 1),
        ("gtin_not_found", "GTIN_UNKNOWN", 16, 14),
        ("bad_identifier", "BAD_IDENTIFIER", 4, None),
    ],
)
def test_each_miss_is_its_own_outcome_with_a_remedy_and_a_time(
    name: str, outcome: str, number: int, days: int | None, missed: Misser
) -> None:
    answer = missed(lambda _: refusal(name))
    assert (answer.outcome, answer.number) == (outcome, number)
    assert answer.retry == (None if days is None else timedelta(days=days))
    assert answer.what.endswith(".")
    assert answer.remedy.endswith(".")


@pytest.mark.pain("seed:icecat")
def test_no_two_misses_share_a_sentence_and_a_remedy(missed: Misser) -> None:
    numbers = (8, 404, 14, 9, 12, 15, 16, 4)
    answers = [missed(lambda _, number=number: numbered(number)) for number in numbers]
    assert len({(answer.what, answer.remedy) for answer in answers}) == len(numbers)


def test_a_release_in_the_future_is_asked_again_tomorrow(missed: Misser) -> None:
    assert missed(lambda _: numbered(404)).retry == timedelta(days=1)


@pytest.mark.parametrize(
    ("message", "outcome"),
    [
        ("Product has BRAND RESTRICTIONS or access is limited", "BRAND_RESTRICTED"),
        ("Display of content for users with a Full Icecat subscription level will require …", "FULL_ONLY"),
        ("To access it, an app_key is required.", "FULL_ONLY"),
        ("The GTIN can not be found", "GTIN_UNKNOWN"),
        ("The requested product is not present in the Icecat database", "NOT_PRESENT"),
        ("Products datasheet is not yet released", "NOT_YET_RELEASED"),
    ],
)
@pytest.mark.parametrize("key", ["Message", "message", "msg"])
@pytest.mark.parametrize("status", [404, 200])
def test_without_a_number_the_text_decides(
    message: str, outcome: str, key: str, status: int, missed: Misser
) -> None:
    assert missed(lambda _: reply({key: message}, status)).outcome == outcome


def test_the_number_decides_before_the_text(missed: Misser) -> None:
    assert missed(lambda _: numbered(14, message="not present")).outcome == "BRAND_RESTRICTED"
    assert missed(lambda _: reply({"StatusCode": "16"}, 400)).outcome == "GTIN_UNKNOWN"


def test_a_restricted_product_is_not_asked_for_again_by_another_name(ask: Asker) -> None:
    question = Ask(gtin=GTIN, brand="Dell", part_number="5587")
    answer, site = ask(lambda _: refusal("brand_restricted"), question)
    assert isinstance(answer, NoSheet)
    assert len(site.requests) == 1


def test_when_all_names_miss_the_gtin_speaks(missed: Misser) -> None:
    def script(query: Mapping[str, str]) -> Answer:
        return refusal("gtin_not_found" if "GTIN" in query else "not_present")

    answer = missed(script, Ask(gtin=GTIN, brand="Dell", part_number="5587", known_id="3"))
    assert (answer.outcome, answer.requests) == ("GTIN_UNKNOWN", 3)


def test_the_times_can_be_set(missed: Misser) -> None:
    answer = missed(lambda _: refusal("not_present"), retry_not_present_days=90)
    assert answer.retry == timedelta(days=90)


def test_words_come_from_the_next_language_and_all_else_from_the_first(ask: Asker) -> None:
    def script(query: Mapping[str, str]) -> Answer:
        words = {"Description": {"LongDesc": "English words", "Language": "EN"}}
        return (
            sheet(7, Title="Ilmanpuhdistin") if query["lang"] == "FI" else sheet(7, Title="Cleaner", **words)
        )

    answer, site = ask(script, Ask(gtin=GTIN), languages=("FI", "EN", "DE"))
    assert isinstance(answer, Sheet)
    assert [(query["lang"], query.get("icecat_id")) for query in site.queries] == [("FI", None), ("EN", "7")]
    assert answer.requests == 2
    assert answer.record.atoms["name"] == "Ilmanpuhdistin"
    assert "English words" in str(answer.record.atoms["long_text#icecat"])


def test_one_language_with_words_costs_one_request(ask: Asker) -> None:
    words = {"SummaryDescription": {"LongSummaryDescription": "Sanoja"}}
    answer, site = ask(lambda _: sheet(7, **words), Ask(gtin=GTIN), languages=("FI", "EN"))
    assert isinstance(answer, Sheet)
    assert len(site.requests) == 1


def test_a_sheet_without_words_anywhere_is_a_sheet_still(ask: Asker) -> None:
    def script(query: Mapping[str, str]) -> Answer:
        return sheet(7) if query["lang"] == "FI" else refusal("not_present")

    answer, _ = ask(script, Ask(gtin=GTIN), languages=("FI", "EN"))
    assert isinstance(answer, Sheet)
    assert "long_text#icecat" not in answer.record.atoms


@pytest.mark.seed("ICE-12")
def test_the_recorded_answer_becomes_a_sheet(ask: Asker) -> None:
    answer, _ = ask(lambda _: reply(RICH), Ask(gtin=GTIN), features="both")
    assert isinstance(answer, Sheet)
    atoms: Any = answer.record.atoms
    assert atoms["brand"] == "DELL"
    assert atoms["measures"].weight == 2700
    assert atoms["main_image"].ref == "https://images.icecat.biz/img/gallery/56194632_0201481767.jpg"
    assert len(atoms["gallery"]) == 8
    assert "Power-packed" in atoms["long_text#icecat"]
    assert len(atoms["attributes"]) == 203
