"""Errors of a shop by what to do about them, and no secret in any of them."""

import asyncio
import base64

import pytest

from shopweave.connector.paging import Place
from shopweave.connector.transports import HttpStream
from shopweave.connectors.woocommerce import CONNECTOR, Shop
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.model.atoms import Atoms
from shopweave.model.change import Op, Write
from shopweave.model.errors import Configuration, HubError, Limited, NoAnswer, Refused, Unavailable
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.record import Form, Kind
from shopweave.model.values import Identity
from shopweave.runtime.clock import SystemIds

SECRET = "cs_very+secret/word"
JSON = {"content-type": "application/json; charset=UTF-8"}


class Canned:
    """Answers everything with one answer."""

    def __init__(self, answer: HttpResponse) -> None:
        self.answer = answer
        self.asked: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.asked.append(request)
        return self.answer

    def stream(self, request: HttpRequest) -> HttpStream:
        raise NotImplementedError


def shop(answer: HttpResponse, **settings: object) -> tuple[Shop, Canned]:
    transport = Canned(answer)
    values = {"url": "https://shop.example", "consumer_key": "ck_1", "consumer_secret": SECRET, **settings}
    return Shop(WooSettings(**values), transport, SystemIds()), transport  # type: ignore[arg-type]


def error(status: int, code: str, message: str = "text") -> HttpResponse:
    body = f'{{"code":"{code}","message":"{message}","data":{{"status":{status}}}}}'
    return HttpResponse(status=status, headers=JSON, body=body.encode())


def page(status: int) -> HttpResponse:
    return HttpResponse(
        status=status, headers={"content-type": "text/html"}, body=b"<html>Are you human?</html>"
    )


WRITE = Write(
    number=0,
    op=Op.CREATE,
    kind=Kind.PRODUCT,
    form=Form.SIMPLE,
    atoms=Atoms({"identity": Identity(sku="1"), "name": "x"}),
)
CASES = [
    (error(401, "woocommerce_rest_cannot_view"), Configuration, "belongs to this shop"),
    (error(401, "woocommerce_rest_authentication_error"), Configuration, "Read/Write"),
    (error(401, "incorrect_password"), Configuration, "application password"),
    (error(403, "woocommerce_rest_cannot_view"), Configuration, "shop manager"),
    (error(404, "rest_no_route"), Configuration, "WooCommerce active"),
    (page(404), Configuration, "Permalinks"),
    (page(403), Unavailable, "firewall"),
    (page(202), Unavailable, "bot check"),
    (page(200), Unavailable, "bot check"),
    (page(502), Unavailable, "502"),
    (error(500, "internal_server_error"), Unavailable, "500"),
    (HttpResponse(status=200, headers=JSON, body=b'[{"id":'), Unavailable, "breaks off"),
    (HttpResponse(status=404, headers=JSON, body=b'{"code":"rest_no_ro'), Unavailable, "breaks off"),
    (
        HttpResponse(status=301, headers={"location": "https://www.shop.example/?k=1"}),
        Configuration,
        "www.shop.example",
    ),
    (HttpResponse(status=429, headers={**JSON, "retry-after": "17"}, body=b"{}"), Limited, "fewer"),
    (error(400, "rest_invalid_param", "bad"), Refused, "bad"),
]


@pytest.mark.pain("woocommerce/woocommerce#52896")
@pytest.mark.parametrize(("answer", "kind", "words"), CASES)
def test_each_answer_is_the_error_that_says_what_to_do(
    answer: HttpResponse, kind: type[HubError], words: str
) -> None:
    connection, _ = shop(answer)
    with pytest.raises(kind, match=words) as caught:
        asyncio.run(connection.page("products", "", sweep=True))
    assert caught.value.code
    assert SECRET not in str(caught.value)


@pytest.mark.pain("woocommerce/woocommerce#52896")
@pytest.mark.parametrize(
    "answer",
    [
        page(200),
        page(502),
        error(500, "x"),
        HttpResponse(status=200, headers=JSON, body=b"{"),
        HttpResponse(status=400, headers=JSON, body=b'{"code":"woocomm'),
    ],
)
def test_a_write_without_a_usable_answer_may_have_had_an_effect(answer: HttpResponse) -> None:
    connection, transport = shop(answer)
    transport.answer = HttpResponse(status=200, headers=JSON, body=b"[]")
    asyncio.run(connection._reader.default_category())
    transport.answer = answer
    with pytest.raises(NoAnswer):
        asyncio.run(connection.write(Kind.PRODUCT, (WRITE,), not_after=None))


def test_what_products_are_read_with_is_asked_before_them() -> None:
    connection, transport = shop(page(502))
    for reading in (connection._reader.products(Place()), connection._reader.families(("7",), {})):
        transport.asked.clear()
        with pytest.raises(Unavailable):
            asyncio.run(reading)
        assert ["/products/categories" in one.url for one in transport.asked] == [True]


def test_the_time_to_wait_is_the_shops() -> None:
    connection, _ = shop(HttpResponse(status=429, headers={**JSON, "retry-after": "17"}, body=b"{}"))
    with pytest.raises(Limited) as caught:
        asyncio.run(connection.page("products", "", sweep=True))
    assert caught.value.wait == 17


def test_plain_http_is_refused_before_a_key_is_sent() -> None:
    connection, transport = shop(page(200), url="http://shop.example")
    with pytest.raises(Configuration, match="https"):
        asyncio.run(connection.page("products", "", sweep=True))
    assert transport.asked == []
    allowed, transport = shop(page(200), url="http://shop.example", allow_http=True)
    with pytest.raises(Unavailable):
        asyncio.run(allowed.page("products", "", sweep=True))
    assert len(transport.asked) == 1


@pytest.mark.seed("ICE-10")
def test_an_application_password_alone_opens_everything() -> None:
    connection, transport = shop(
        HttpResponse(status=200, headers=JSON, body=b"[]"),
        consumer_key="",
        consumer_secret="",
        wp_user="hub",
        application_password="abcd efgh",
    )
    asyncio.run(connection.page("products", "", sweep=True))
    sent = {request.headers["Authorization"] for request in transport.asked}
    assert sent == {f"Basic {base64.b64encode(b'hub:abcd efgh').decode()}"}


def test_secrets_are_in_no_representation() -> None:
    settings = WooSettings(url="https://shop.example", consumer_secret=SECRET, application_password="abcd")
    assert SECRET not in repr(settings)
    assert "abcd" not in repr(settings)


def test_pictures_are_written_only_where_they_can_be_uploaded() -> None:
    kinds = {one.kind for one in CONNECTOR.capabilities({"url": "https://x", "consumer_key": "ck"}).writes}
    assert Kind.MEDIA not in kinds
    kinds = {
        one.kind
        for one in CONNECTOR.capabilities({"url": "x", "wp_user": "u", "application_password": "p"}).writes
    }
    assert Kind.MEDIA in kinds
