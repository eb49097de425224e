"""Trying a shop the way it will be used, changing nothing."""

from shopweave.connector.roles import CheckLine
from shopweave.connectors.woocommerce import changes, order_check, reaching
from shopweave.connectors.woocommerce.client import NO_RIGHT, NOT_FOUND, Client
from shopweave.connectors.woocommerce.companion import Companion
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.model.errors import Configuration, HubError

_ADDS = {
    "stock": "stock goes in one transaction, many times faster than through WooCommerce",
    "prices": "so do plain prices",
    "pictures": "a picture that is uploaded again is not stored again",
    "changes": "every change of products and orders is seen at once, those that move no date too",
    "ping": "orders and stock are told at once",
    "quiet_analytics": "orders of the hub can be kept out of statistics",
    "fix_images": "file names of pictures can be made plain",
}
_WITHOUT = "The companion plug-in is not active. With it: "
_MISSING = "What it does not offer here: "
_FED = "Changes are read from its feed; the shop's own list of changed products once an hour beside it."
_UPDATE = "Build the newest with `make plugin` and upload the zip under Plugins → Add New."
_NO_STOCK = "Stock is to be booked through the companion plug-in, which cannot do so here."
_NO_STOCK_REMEDY = "Activate the plug-in, or set adjusts_stock = false."
_SITE = "Ask who looks after the site; the hub goes on the slower way."


async def check(settings: WooSettings, client: Client, companion: Companion) -> tuple[CheckLine, ...]:
    """Look at address, credentials, rights, versions and units; stops where nothing further can work."""
    lines = await reaching.reached(settings, client)
    if not lines[-1].ok:
        return tuple(lines)
    for step in _STEPS:
        try:
            lines += await step(settings, client)
        except HubError as problem:
            error = await _looked_closer(client, problem)
            lines.append(CheckLine(ok=False, what=error.what, remedy=error.remedy, code=error.code))
            return tuple(lines)
    return (*lines, *await _plugin(settings, companion))


async def _plugin(settings: WooSettings, companion: Companion) -> list[CheckLine]:
    """Say whether the companion plug-in is there, or what it would add; nothing depends on it."""
    try:
        found = await companion.found()
    except HubError as error:
        return [CheckLine(ok=False, what=error.what, remedy=error.remedy, code=error.code, blocks=False)]
    if settings.adjusts_stock and "stock" not in found.features:
        return [CheckLine(ok=False, what=_NO_STOCK, remedy=_NO_STOCK_REMEDY, code="WOO-116")]
    if not found.version:
        return [CheckLine(ok=True, what=f"{_WITHOUT}{'; '.join(_ADDS.values())}.", remedy=_UPDATE)]
    lacks = [CheckLine(ok=False, what=one, remedy=_SITE, code="WOO-115", blocks=False) for one in found.lacks]
    older = [text for name, text in _ADDS.items() if name not in found.features]
    more = [CheckLine(ok=True, what=f"{_MISSING}{'; '.join(older)}.", remedy=_UPDATE)] if older else []
    read = [CheckLine(ok=True, what=_FED)] if changes.FEATURE in found.features else []
    return [
        CheckLine(ok=True, what=f"The companion plug-in {found.version} is active."),
        *read,
        *more,
        *lacks,
    ]


async def _looked_closer(client: Client, problem: HubError) -> HubError:
    """Tell apart what is answered alike: plain permalinks and no WordPress, wrong keys and a lost header."""
    if problem.code not in (NOT_FOUND, NO_RIGHT):
        return problem
    try:
        if problem.code == NO_RIGHT:
            return await reaching.header_dropped(client, problem)
        if await client.is_wordpress():
            return problem
    except HubError as error:
        return error
    return Configuration(
        "There is no WordPress at this address.",
        code="WOO-108",
        where=problem.where,
        remedy="Give the address at which the shop itself opens in a browser, with its folder if it has one.",
    )


async def _reads(settings: WooSettings, client: Client) -> list[CheckLine]:
    _ = settings
    await client.get("/wc/v3/products", {"per_page": "1", "_fields": "id"})
    return [CheckLine(ok=True, what="The shop answers and the key may read products.")]


async def _writes(settings: WooSettings, client: Client) -> list[CheckLine]:
    """An empty batch changes nothing and is refused to keys that may only read."""
    _ = settings
    try:
        await client.post("/wc/v3/products/batch", {})
    except Configuration as error:
        raise Configuration(
            "The key may read but not write products.",
            code="WOO-109",
            where=error.where,
            remedy="Give the key the permission Read/Write, and its user the role of a shop manager.",
        ) from error
    return [CheckLine(ok=True, what="The key may write products.")]


async def _version(settings: WooSettings, client: Client) -> list[CheckLine]:
    _ = settings
    status = (await client.get("/wc/v3/system_status", {"_fields": "environment"})).body
    known = status.get("environment", {}) if isinstance(status, dict) else {}
    version = str(known.get("version", "?"))
    return [CheckLine(ok=True, what=f"WooCommerce {version} on WordPress {known.get('wp_version', '?')}.")]


async def _stock(settings: WooSettings, client: Client) -> list[CheckLine]:
    manages = await _setting(client, "woocommerce_manage_stock") == "yes"
    if manages == settings.manages_stock:
        words = "manages stock" if manages else "does not manage stock, as its settings here say"
        return [CheckLine(ok=True, what=f"The shop {words}.")]
    if manages:
        text, remedy = "The shop manages stock; orders lower it.", "Set manages_stock = true."
    else:
        text = "The shop does not manage stock; orders will not lower it."
        where = "WooCommerce → Settings → Products → Inventory: enable stock management"
        remedy = f"{where}; or set manages_stock = false."
    return [CheckLine(ok=False, what=text, remedy=remedy, code="WOO-111", blocks=False)]


async def _weight(settings: WooSettings, client: Client) -> list[CheckLine]:
    found = []
    units = (("weight", settings.weight_unit), ("dimension", settings.dimension_unit))
    for name, ours in units:
        value = await _setting(client, f"woocommerce_{name}_unit")
        if value and value != ours:
            remedy = f'Set {name}_unit = "{value}" for this connection.'
            text = f"The shop's unit of {name} is {value}, the settings say {ours}."
            found.append(CheckLine(ok=False, what=text, remedy=remedy, code="WOO-112"))
    return found or [CheckLine(ok=True, what="Units of weight and length fit.")]


async def _setting(client: Client, name: str) -> str:
    body = (await client.get(f"/wc/v3/settings/products/{name}")).body
    return str(body.get("value", "")) if isinstance(body, dict) else ""


async def _pictures(settings: WooSettings, client: Client) -> list[CheckLine]:
    if not settings.may_upload:
        return [
            CheckLine(
                ok=False,
                what="Without an application password only pictures with a public address reach the shop.",
                remedy="Give wp_user and application_password to upload the till's pictures.",
                code="WOO-113",
                blocks=False,
            )
        ]
    me = (await client.get("/wp/v2/users/me", {"context": "edit"})).body
    rights = me.get("capabilities", {}) if isinstance(me, dict) else {}
    if rights.get("upload_files"):
        return [CheckLine(ok=True, what="The application password is good and may upload pictures.")]
    remedy = "Make its user a shop manager or administrator."
    return [CheckLine(ok=False, what="The user may not upload pictures.", remedy=remedy, code="WOO-114")]


# In the order in which one needs the other; the keys' own rights before what is only told.
_STEPS = (
    _reads,
    _writes,
    _version,
    _stock,
    _weight,
    _pictures,
    order_check.legacy,
    order_check.plugin,
    order_check.window,
)
