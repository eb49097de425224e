"""Having the companion plug-in send its pings here."""

from shopweave.connectors.woocommerce.client import Client
from shopweave.connectors.woocommerce.companion import SETTINGS, Companion
from shopweave.model.errors import Configuration, Refused

FEATURE = "ping"


async def point_pings(client: Client, companion: Companion, address: str, secret: str) -> bool:
    """Tell the plug-in where its pings go, unless it knows; says whether that was needed.

    The plug-in is asked anew what it offers: it may have come or gone since.
    """
    companion.forget()
    if FEATURE not in (await companion.found()).features:
        return False
    known = (await client.get(SETTINGS)).body
    if isinstance(known, dict) and known.get("ping_url") == address and known.get("ping_secret") is True:
        return False
    try:
        await client.post(SETTINGS, {"ping_url": address, "ping_secret": secret})
    except Refused as error:
        raise Configuration(
            "The companion plug-in sends no pings to this hub's address, which is not public for the shop.",
            code="WOO-117",
            where=error.where,
            remedy="Give web.base_url an address that the shop may reach, or let it pass in the shop"
            " by the filter shopweave_allow_address.",
        ) from error
    return True
