"""The connector with the companion plug-in in the shop, without it, and when it comes and goes."""

import pytest

from shopweave.connectors.woocommerce import Shop, WooSettings
from shopweave.model.change import Op, Write, Written
from shopweave.model.errors import Unavailable
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.record import Form, Kind
from shopweave.model.values import PictureBytes
from shopweave.runtime.clock import SystemIds
from shopweave.simulators.catalogue import png
from shopweave.simulators.woocommerce import Key, WooShop
from shopweave.simulators.woocommerce.answers import answer
from shopweave.simulators.woocommerce.plugin import install
from shopweave.simulators.woocommerce.routes import no_route
from tests.connectors.woocommerce.shop import Ticking
from tests.connectors.woocommerce.test_against_shop import Pair, run
from tests.worlds import SHOP, Simulated

PICTURES = "POST /wp-json/wc-shopweave/v1/pictures"
MEDIA = "POST /wp-json/wp/v2/media"


def upload(pair: Pair) -> str:
    picture = PictureBytes(media_type="image/png", content=png(1))
    write = Write(number=1, op=Op.CREATE, kind=Kind.MEDIA, form=Form.MEDIA, picture=picture)
    (found,) = run(pair.connection.write(Kind.MEDIA, (write,), not_after=None))
    assert isinstance(found, Written)
    return found.record.remote_id


def test_with_the_plug_in_a_picture_is_kept_once() -> None:
    pair = Pair()
    install(pair.shop)
    assert upload(pair) == upload(pair)
    assert len(pair.shop.state.rows["media"]) == 1
    assert pair.http.log == ["GET /wp-json/wc-shopweave/v1/check", PICTURES, PICTURES]


def test_without_it_the_media_library_takes_each() -> None:
    pair = Pair()
    assert upload(pair) != upload(pair)
    assert pair.http.log[1:] == [MEDIA, MEDIA]


def test_a_plug_in_that_went_away_is_no_error() -> None:
    pair = Pair()
    install(pair.shop)
    upload(pair)

    def gone(_: object, __: object) -> HttpResponse:
        raise no_route()

    pair.shop.routes.add("/wc-shopweave/v1", gone)
    upload(pair)
    assert pair.http.log[-2:] == [PICTURES, MEDIA]
    upload(pair)
    assert pair.http.log[-2:] == ["GET /wp-json/wc-shopweave/v1/check", MEDIA]


def test_a_shop_that_does_not_answer_the_check_is_asked_again_later() -> None:
    pair = Pair()
    pair.http.fault = lambda _, __: HttpResponse(status=503)
    with pytest.raises(Unavailable):
        upload(pair)
    pair.http.fault = None
    assert upload(pair)


def test_the_consumer_key_opens_the_plug_in() -> None:
    shop = WooShop(Ticking(), url=SHOP, keys=(Key(key="ck_1", secret="s"),), plugins=(install,))
    settings = WooSettings(url=SHOP, consumer_key="ck_1", consumer_secret="s")
    lines = run(Shop(settings, Simulated((SHOP, shop)), SystemIds()).check())
    assert any("companion plug-in 0.3.0 is active" in line.what for line in lines)


def test_the_check_says_what_it_would_add() -> None:
    pair = Pair()
    lines = run(pair.connection.check())
    assert "not stored again" in lines[-1].what
    assert lines[-1].ok
    install(pair.shop)
    active, fed = run(pair.connection.check())[-2:]
    assert "is active" in active.what
    assert "its feed" in fed.what


def test_the_check_names_what_the_site_lacks_and_what_failed() -> None:
    pair = Pair()
    found = {"plugin": "0.1.0", "features": ["pictures"], "lacks": ["WooCommerce is not active."]}
    pair.shop.routes.add("/wc-shopweave/v1", lambda _, __: answer(200, found))
    line = run(pair.connection.check())[-1]
    assert (line.ok, line.blocks, line.code) == (False, False, "WOO-115")

    def broken(request: HttpRequest, ask: object) -> HttpResponse:
        if "/wc-shopweave/" in request.url:
            return HttpResponse(status=500)
        return ask()  # type: ignore[operator,no-any-return]

    pair.http.fault = broken
    line = run(pair.connection.check())[-1]
    assert (line.ok, line.blocks, line.code) == (False, False, "WOO-121")
