"""Requests to Icecat: faults become our errors, pictures are looked at, no secret leaks."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from shopweave.connector.roles import Ask, NoSheet, Sheet
from shopweave.connectors.icecat import IcecatConnection
from shopweave.model.errors import BrokenData, Configuration, HubError, Limited, NotSent, Unavailable
from shopweave.model.http import HttpResponse
from shopweave.model.values import Picture

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
Fetch = Callable[..., tuple[Any, Any]]


def reply(body: Any, status: int = 200) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status=status, headers={"content-type": "application/json; charset=utf-8"}, body=raw)


def refusal(name: str) -> HttpResponse:
    status, body = ERRORS[name]
    return reply(body, status)


def numbered(number: int, status: int = 404, message: str = "words") -> HttpResponse:
    return reply({"StatusCode": number, "Code": status, "Error": "x", "Message": message}, status)


@pytest.fixture
def ask(connect: Connect) -> Callable[..., tuple[Sheet | NoSheet, Any]]:
    def run(script: Script, question: Ask, **settings: Any) -> tuple[Sheet | NoSheet, Any]:
        connection, site = connect(script, **settings)
        return asyncio.run(connection.ask(question)), site

    return run


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("missing_user_or_lang", "ICECAT-01"),
        ("unknown_language", "ICECAT-02"),
        ("unknown_user", "ICECAT-03"),
        ("ip_not_whitelisted", "ICECAT-05"),
        ("app_key_mismatch", "ICECAT-07"),
        ("unknown_app_key", "ICECAT-10"),
        ("token_not_uuid", "ICECAT-19"),
    ],
)
def test_a_wrong_setting_stops_the_run_and_says_what_to_change(name: str, code: str, ask: Asker) -> None:
    with pytest.raises(Configuration) as caught:
        ask(lambda _: refusal(name), Ask(gtin=GTIN), **SECRETS)
    assert caught.value.code == code
    assert caught.value.remedy
    assert not any(secret in str(caught.value) for secret in SECRETS.values())


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nosuchshop the Icecat user is unknown", "ICECAT-03"),
        ("UserName, lang are mandatory fields", "ICECAT-01"),
        ("Not found for this shopname private key", "ICECAT-06"),
    ],
)
def test_a_wrong_setting_is_known_by_its_text_too(message: str, code: str, ask: Asker) -> None:
    with pytest.raises(Configuration) as caught:
        ask(lambda _: reply({"Message": message}, 400), Ask(gtin=GTIN))
    assert caught.value.code == code


def test_a_refused_login_is_a_setting_whatever_its_body(ask: Asker) -> None:
    page = HttpResponse(status=401, headers={"content-type": "text/html"}, body=b"<html>")
    for answer in (page, reply({}, 401)):
        with pytest.raises(Configuration) as caught:
            ask(lambda _, answer=answer: answer, Ask(gtin=GTIN))
        assert caught.value.code == "ICECAT-401"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply({}, 500), "ICECAT-51"),
        (reply(ERRORS["not_present"][1], 503), "ICECAT-51"),
        (HttpResponse(status=200, headers={"content-type": "text/html"}, body=b"<html>"), "ICECAT-52"),
        (HttpResponse(status=202, headers={}, body=b""), "ICECAT-52"),
        (reply(RICH[:5000]), "ICECAT-53"),
        (reply(b""), "ICECAT-53"),
        (reply([]), "ICECAT-54"),
        (reply({"msg": "OK", "data": {}}), "ICECAT-54"),
        (numbered(99, 400), "ICECAT-54"),
    ],
)
def test_an_answer_that_is_none_is_asked_again_later(answer: HttpResponse, code: str, ask: Asker) -> None:
    with pytest.raises(Unavailable) as caught:
        ask(lambda _: answer, Ask(gtin=GTIN), **SECRETS)
    assert caught.value.code == code
    assert not any(secret in str(caught.value) for secret in SECRETS.values())


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [("17", 17.0), ("0", 1.0), ("Sat, 10 Jan 2026 08:02:00 GMT", 120.0), ("", 60.0), ("soon", 60.0)],
)
def test_too_many_requests_wait_as_long_as_icecat_says(retry_after: str, wait: float, ask: Asker) -> None:
    busy = HttpResponse(status=429, headers={"retry-after": retry_after, "content-type": "text/html"})
    with pytest.raises(Limited) as caught:
        ask(lambda _: busy, Ask(gtin=GTIN))
    assert caught.value.wait == wait


def test_a_request_is_never_repeated(connect: Connect) -> None:
    connection, site = connect(lambda _: NotSent())
    with pytest.raises(NotSent):
        asyncio.run(connection.ask(Ask(gtin=GTIN, brand="Dell", part_number="5587")))
    assert len(site.requests) == 1


def test_a_sheet_without_a_number_is_broken(ask: Asker) -> None:
    with pytest.raises(BrokenData):
        ask(lambda _: reply({"msg": "OK", "data": {"GeneralInfo": {}}}), Ask(gtin=GTIN))


REF = "https://images.icecat.biz/img/gallery/1.jpg"


def image(body: bytes = b"\xff\xd8jpeg", status: int = 200, kind: str = "image/jpeg") -> HttpResponse:
    return HttpResponse(status=status, headers={"content-type": kind}, body=body)


@pytest.fixture
def fetch(connect: Connect) -> Fetch:
    def run(answer: Answer, ref: str = REF, **settings: Any) -> tuple[Any, Any]:
        connection, site = connect(lambda _: answer, **settings)
        return asyncio.run(connection.picture(Picture(ref=ref))), site

    return run


def test_a_picture_comes_with_its_type(fetch: Fetch) -> None:
    picture, site = fetch(image(kind="image/PNG; x=y"))
    assert (picture.content, picture.media_type) == (b"\xff\xd8jpeg", "image/png")
    assert site.requests[0].url == REF


@pytest.mark.parametrize(
    ("ref", "is_sent"),
    [
        (REF, True),
        ("https://ICECAT.biz/1.jpg", True),
        ("http://127.0.0.1:8080/img/1.jpg", True),
        ("https://noticecat.biz/1.jpg", False),
        ("https://icecat.biz.example.org/1.jpg", False),
    ],
)
def test_the_content_token_goes_to_icecat_only(ref: str, is_sent: bool, fetch: Fetch) -> None:
    _, site = fetch(image(), ref, content_token="content-secret", url="http://127.0.0.1:8080/api")
    assert ("content_token=content-secret" in site.requests[0].url) is is_sent


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (image(status=403), "ICECAT-61"),
        (image(status=404), "ICECAT-62"),
        (image(status=301), "ICECAT-62"),
        (image(kind="text/html"), "ICECAT-63"),
        (image(kind="image/svg+xml"), "ICECAT-63"),
        (image(b"x" * 1_000_001), "ICECAT-64"),
        (image(b""), "ICECAT-65"),
    ],
)
def test_what_is_no_picture_is_broken_and_names_no_token(
    answer: HttpResponse, code: str, fetch: Fetch
) -> None:
    with pytest.raises(BrokenData) as caught:
        fetch(answer, picture_mb=1, **SECRETS)
    assert caught.value.code == code
    assert "secret" not in str(caught.value)


def test_a_busy_picture_host_is_asked_later(fetch: Fetch) -> None:
    with pytest.raises(Limited):
        fetch(image(status=429))
    with pytest.raises(Unavailable):
        fetch(image(status=503))
