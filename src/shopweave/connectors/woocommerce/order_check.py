"""How the orders of a shop will be fetched, for its check."""

from shopweave.connector.roles import CheckLine
from shopweave.connectors.woocommerce import ways
from shopweave.connectors.woocommerce.client import LEGACY, Client
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.connectors.woocommerce.ways import Way
from shopweave.wire import order_helper

_WHERE_LEGACY = "WooCommerce → Settings → Advanced → Legacy API"
_OLD_IS_OFF = "The old interface (legacy REST API) is off; it is needed where the present one is too old."
_NO_HELPER = "The helper plug-in for orders is not there; it is only needed where both interfaces fail."
_INSTALL = "To have it, install the helper plug-in: `make plugin` builds its zip."
_WAYS = {
    Way.CURRENT: "The shop can be asked which orders changed.",
    Way.LEGACY: "Which orders changed is asked through the old interface; the present one is too old.",
    Way.HELPER: "Which orders changed is asked through the helper plug-in; the shop's interface is too old.",
}


async def legacy(settings: WooSettings, client: Client) -> list[CheckLine]:
    """Say whether the old interface is on."""
    _ = settings
    if await ways.opens(client, f"{LEGACY}/", {}):
        return [CheckLine(ok=True, what="The old interface (legacy REST API) is on.")]
    return [CheckLine(ok=True, what=_OLD_IS_OFF, remedy=f"To have it: {_WHERE_LEGACY}.")]


async def plugin(settings: WooSettings, client: Client) -> list[CheckLine]:
    """Say whether the order helper is there."""
    _ = settings
    if not await ways.opens(client, order_helper.STATUS, {}):
        return [CheckLine(ok=True, what=_NO_HELPER, remedy=_INSTALL)]
    body = (await client.get(order_helper.STATUS)).body
    version = body.get(order_helper.VERSION, "?") if isinstance(body, dict) else "?"
    return [CheckLine(ok=True, what=f"The helper plug-in for orders is there, version {version}.")]


async def window(settings: WooSettings, client: Client) -> list[CheckLine]:
    """Say by which way changed orders will be found."""
    way, _ = await ways.choose(client)
    if way is not Way.LOOK_BACK:
        return [CheckLine(ok=True, what=_WAYS[way])]
    text = (
        "The shop cannot be asked which orders changed: each time all of the last"
        f" {settings.look_back_days} days are read, and changes of older ones are missed."
    )
    remedy = f"Update WooCommerce; else enable {_WHERE_LEGACY}, or install the helper plug-in."
    return [CheckLine(ok=False, what=text, remedy=remedy, code="WOO-172", blocks=False)]
