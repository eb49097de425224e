"""The seed's plug-in: `POST /icecat/v1/set-image` gives a product its picture by address."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Wrong, answer
from shopweave.simulators.woocommerce.routes import MANAGERS, Call, no_route, only, required
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.values import integer, invalid, truth

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop


def install(shop: "WooShop") -> None:
    """Add the plug-in's route to a shop."""

    def set_image(call: Call, parts: list[str]) -> HttpResponse:
        if call.method != "POST" or parts:
            raise no_route()
        only(call, *MANAGERS)
        body = call.body()
        required(body, "product_id", "image_url")
        if not str(body["product_id"]).isdigit():
            raise invalid("product_id", "product_id is not of type integer.", "rest_invalid_type")
        row = shop.state.products.get(integer(body["product_id"]))
        if row is None:
            raise Wrong(404, "invalid_product", "No such product.")
        if row["images"] and not truth(body.get("force")):
            return answer(200, {"set": False, "media_id": row["images"][0]["id"]})
        image = _sideloaded(shop, str(body["image_url"]), str(body.get("alt", "")))
        shop.products.set_thumbnail(row, image)
        return answer(201, {"set": True, "media_id": image["id"]})

    shop.routes.add("/icecat/v1/set-image", set_image)


def _sideloaded(shop: "WooShop", url: str, alt: str) -> Row:
    try:
        return shop.images.taken({"src": url, "alt": alt})
    except Wrong as wrong:
        has_ending = "." in urlsplit(url).path.rpartition("/")[2]
        refused = "upload_error" if has_ending else "image_sideload_failed"
        code = "http_404" if wrong.message.endswith("Not Found") else refused
        raise Wrong(400, code, wrong.message) from wrong
