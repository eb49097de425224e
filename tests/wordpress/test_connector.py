"""The connector itself drives the plug-in on a real WordPress: pictures, levels, differences and prices."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TypeVar

import pytest

from shopweave.connector.orders import Adjustment
from shopweave.connectors.woocommerce import Shop, WooSettings
from shopweave.model.atoms import Atoms
from shopweave.model.change import Op, Write, Written
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import PictureBytes, Price, SalePrice, tracked
from shopweave.runtime.clock import SystemClock, SystemIds
from shopweave.runtime.http import AiohttpTransport
from tests.wordpress.pictures import png
from tests.wordpress.site import Site

pytestmark = pytest.mark.wordpress
T = TypeVar("T")


def drive(site: Site, story: Callable[[Shop], Awaitable[T]]) -> T:
    """Let a connection to the site do something."""
    settings = WooSettings(
        url=site.url,
        consumer_key="ck_both",
        consumer_secret="cs_secret",
        wp_user="shop_manager",
        application_password=site.passwords["shop_manager"],
    )

    async def run() -> T:
        transport = AiohttpTransport(SystemClock())
        try:
            return await story(Shop(settings, transport, SystemIds()))
        finally:
            await transport.close()

    return asyncio.run(run())


def update(number: int, product: int, **atoms: object) -> Write:
    return Write(
        number=number,
        op=Op.UPDATE,
        kind=Kind.PRODUCT,
        form=Form.SIMPLE,
        remote_id=str(product),
        atoms=Atoms(atoms),  # type: ignore[arg-type]
    )


@pytest.mark.pain("woocommerce/woocommerce-rest-api#273")
@pytest.mark.seed("ICE-09", "ICE-22", "ICE-50")
def test_a_picture_is_uploaded_once_and_put_where_there_is_none(site: Site) -> None:
    product = site.product("DRIVE-1")
    picture = PictureBytes(media_type="image/png", content=png(shade=131, width=40))
    write = Write(number=1, op=Op.CREATE, kind=Kind.MEDIA, form=Form.MEDIA, picture=picture)

    async def twice(shop: Shop) -> list[str]:
        found = [(await shop.write(Kind.MEDIA, (write,), not_after=None))[0] for _ in range(2)]
        return [one.record.remote_id for one in found if isinstance(one, Written)]

    first, again = drive(site, twice)
    assert first == again
    body = {"product_id": product, "media_id": int(first)}
    answers = [site.ask("POST", "/icecat/v1/set-image", who="shop_manager", json=body) for _ in range(2)]
    assert [one.json() for one in answers] == [
        {"set": True, "media_id": int(first)},
        {"set": False, "media_id": int(first)},
    ]
    assert site.run(f"return get_post_meta( {product}, '_thumbnail_id', true );") == first
    assert site.run(f"return count( get_posts( array( 'post_type' => 'attachment', 'include' => array( {first} ) ) ) );") == 1  # fmt: skip


def test_levels_are_set_and_differences_booked_once(site: Site) -> None:
    one, two = (site.product(f"DRIVE-L{number}", _manage_stock="yes", _stock="10") for number in (1, 2))

    async def story(shop: Shop) -> list[object]:
        wanted = {str(one): tracked(Decimal(4)), str(two): tracked(Decimal(7))}
        levels = await shop.write_levels(Kind.PRODUCT, wanted, not_after=None)
        sold = Adjustment(remote_id=str(one), delta=Decimal(-1), reference="till:7:1")
        booked = [(await shop.adjust_levels(Kind.PRODUCT, (sold,), not_after=None))[0] for _ in range(2)]
        return [found.record.level for found in (*levels, *booked) if isinstance(found, Written)]

    assert drive(site, story) == [tracked(Decimal(4)), tracked(Decimal(7)), tracked(Decimal(3)), tracked(Decimal(3))]  # fmt: skip
    assert site.run(f"return get_post_meta( {one}, '_stock', true );") == "3"


def test_prices_are_set_and_read_back(site: Site) -> None:
    one, two = (site.product(f"DRIVE-P{number}", _regular_price="10", _price="10") for number in (1, 2))
    sale = SalePrice(amount=Decimal("8.5"))
    writes = (
        update(0, one, regular_price=Price(amount=Decimal("12.5"))),
        update(1, two, regular_price=Price(amount=Decimal(20)), sale_price=sale),
        update(2, 999_999, regular_price=Price(amount=Decimal(1))),
    )

    async def story(shop: Shop) -> tuple[object, ...]:
        return await shop.write(Kind.PRODUCT, writes, not_after=None)

    first, second, third = drive(site, story)
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    assert first.record.atoms["regular_price"] == Price(amount=Decimal("12.5"))
    assert second.record.atoms["sale_price"] == sale
    assert third.code == "WOO unknown_product"  # type: ignore[attr-defined]
    assert site.run(f"return get_post_meta( {two}, '_price', true );") == "8.5"


def test_the_feed_shows_what_moves_no_date(site: Site) -> None:
    """Stock written past WooCommerce, a product in the trash, a variation that is deleted: each with the next page."""
    plain, trashed = (site.product(f"FED-{number}", _manage_stock="yes", _stock="10") for number in (1, 2))
    family = site.product_of("variable", "FED-F")
    first, second = (
        site.product_of("", f"FED-F{number}", family, meta={"_manage_stock": "yes", "_stock": "5"})
        for number in (1, 2)
    )
    dates = f"global $wpdb; return $wpdb->get_var( 'SELECT post_modified_gmt FROM ' . $wpdb->posts . ' WHERE ID = {plain}' );"
    before = site.run(dates)

    async def story(shop: Shop) -> dict[str, RemoteRecord]:
        async def read(position: str, *, sweep: bool = False) -> tuple[dict[str, RemoteRecord], str]:
            found: dict[str, RemoteRecord] = {}
            while True:
                page = await shop.page("products", position, sweep=sweep)
                found |= {one.remote_id: one for one in page.records}
                position = page.position
                if page.done:
                    return found, position

        _, position = await read("", sweep=True)
        _, position = await read(position)
        await asyncio.to_thread(
            site.run,
            f"update_post_meta( {plain}, '_stock', '3' ); wp_trash_post( {trashed} );"
            f" update_post_meta( {first}, '_stock', '1' ); wp_delete_post( {second}, true ); return 1;",
        )
        return (await read(position))[0]

    found = drive(site, story)
    assert set(found) == {
        str(plain), str(trashed), str(family), f"{family}:{first}", f"{family}:{second}",
    }  # fmt: skip
    assert found[str(plain)].level == tracked(Decimal(3))
    assert found[f"{family}:{first}"].level == tracked(Decimal(1))
    assert [found[key].gone for key in (str(trashed), f"{family}:{second}")] == [True, True]
    assert site.run(dates) == before
