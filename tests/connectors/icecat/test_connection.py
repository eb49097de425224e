"""The connection: what it declares, its settings, and how it checks itself."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from shopweave.connector.declaration import find_connector
from shopweave.connector.roles import CheckLine, Checks, Enriches, ServesPictures
from shopweave.connectors.icecat import CONNECTOR, IcecatConnection, read_settings
from shopweave.model.errors import Configuration, HubError, NotSent
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
Check = Callable[..., tuple[CheckLine, ...]]


def reply(body: Any, status: int = 200) -> HttpResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpResponse(status=status, headers={"content-type": "application/json; charset=utf-8"}, body=raw)


def refusal(name: str) -> HttpResponse:
    status, body = ERRORS[name]
    return reply(body, status)


def test_it_is_found_by_its_entry_point_and_plays_three_roles(connect: Connect) -> None:
    connection, _ = connect(lambda _: reply({}))
    assert isinstance(connection, Enriches)
    assert isinstance(connection, ServesPictures)
    assert isinstance(connection, Checks)
    assert find_connector("icecat").name == "icecat"


def test_it_says_what_it_can_and_bears() -> None:
    capabilities = CONNECTOR.capabilities({"user": "acme"})
    assert capabilities.enriches
    assert capabilities.serves_pictures
    assert capabilities.requests_at_once == 2
    assert [(limit.requests, limit.seconds) for limit in capabilities.limits] == [(3, 1.0)]


@pytest.mark.parametrize("settings", [{}, {"user": " "}, {"user": "acme", "languages": ()}])
def test_without_user_or_language_nothing_starts(settings: Any) -> None:
    with pytest.raises(Configuration) as caught:
        CONNECTOR.capabilities(settings)
    assert caught.value.code == "ICECAT-01"


def test_language_codes_are_put_into_icecats_own() -> None:
    assert read_settings({"user": "a", "languages": ("sv", "fi", "FI", "en_us")}).languages == (
        "SE",
        "FI",
        "US",
    )
    own = read_settings({"user": "a", "languages": ("et",), "language_aliases": ("et = EE",)})
    assert own.languages == ("EE",)


def test_settings_show_no_secret() -> None:
    settings = read_settings({"user": "acme", **SECRETS})
    shown = repr(settings) + repr(tuple(settings.__rich_repr__()))
    assert not any(secret in shown for secret in SECRETS.values())


@pytest.fixture
def check(connect: Connect) -> Check:
    def run(script: Script, **settings: Any) -> tuple[CheckLine, ...]:
        connection, _ = connect(script, **settings)
        return asyncio.run(connection.check())

    return run


def test_a_good_account_is_tried_in_each_language(connect: Connect) -> None:
    connection, site = connect(lambda _: reply(RICH), languages=("FI", "EN"))
    lines = asyncio.run(connection.check())
    assert [line.ok for line in lines] == [True, True]
    assert [(query["lang"], query["GTIN"]) for query in site.queries] == [
        ("FI", "5397184119709"),
        ("EN", "5397184119709"),
    ]


@pytest.mark.parametrize("name", ["full_icecat_only", "not_present", "brand_restricted", "gtin_not_found"])
def test_a_product_icecat_does_not_give_still_proves_the_account(name: str, check: Check) -> None:
    assert [line.ok for line in check(lambda _: refusal(name))] == [True]


def test_wrong_user_token_and_language_each_have_their_own_words(check: Check) -> None:
    names = ("unknown_user", "token_not_uuid", "unknown_language", "ip_not_whitelisted", "unknown_app_key")
    lines = [check(lambda _, name=name: refusal(name))[0] for name in names]
    assert not any(line.ok for line in lines)
    assert all(line.blocks and line.code for line in lines)
    assert len({line.what for line in lines}) == len({line.remedy for line in lines}) == len(names)


@pytest.mark.parametrize(
    "answer",
    [
        NotSent(),
        reply({}, 500),
        HttpResponse(status=200, headers={"content-type": "text/html"}),
        reply({"data": {"GeneralInfo": {"IcecatId": 0}}}),
    ],
)
def test_the_check_never_raises(answer: Answer, check: Check) -> None:
    line = check(lambda _: answer, languages=("FI", "EN"))[-1]
    assert line.what
    assert line.ok or line.remedy


def test_a_content_token_alone_is_pointed_out(check: Check) -> None:
    line = check(lambda _: reply(RICH), content_token="content-secret")[-1]
    assert (line.ok, line.blocks, line.code) == (False, False, "ICECAT-20")
