"""The seed's plug-in: `POST /icecat/v1/set-image` gives a product its picture by address."""

from typing import TYPE_CHECKING

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Wrong, answer
from shopweave.simulators.woocommerce.routes import MANAGERS, Call, no_route, only, required
from shopweave.simulators.woocommerce.values import integer, truth

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
        row = shop.state.products.get(integer(body["product_id"]))
        if row is None:
            raise Wrong(404, "invalid_product", "No such product.")
        if row["images"] and not truth(body.get("force")):
            return answer(200, {"set": False, "media_id": row["images"][0]["id"]})
        image = {"src": body["image_url"], "alt": body.get("alt", "")}
        fresh = shop.products.update(row, {"images": [image]})
        return answer(201, {"set": True, "media_id": fresh["images"][0]["id"]})

    shop.routes.add("/icecat/v1/set-image", set_image)
