"""The shop's companion plug-in: whether it is there and what it can."""

from msgspec import Struct

from shopweave.connectors.woocommerce.client import NO_RIGHT, NO_ROUTE, Client, Reply
from shopweave.model.errors import Configuration

SPACE = "/wc-shopweave/v1"
PICTURES = f"{SPACE}/pictures"
STOCK = f"{SPACE}/stock"
PRICES = f"{SPACE}/prices"
SETTINGS = f"{SPACE}/settings"
CHANGES = f"{SPACE}/changes"


class Found(Struct, frozen=True, kw_only=True):
    """What the plug-in says of itself; no version where it is not there."""

    version: str = ""
    features: frozenset[str] = frozenset()
    lacks: tuple[str, ...] = ()


NOT_THERE = Found()


class Companion:
    """Asks once, and again after the plug-in has gone."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._found: Found | None = None

    async def found(self) -> Found:
        """Give what is there."""
        if self._found is None:
            self._found = await self._asked()
        return self._found

    def forget(self) -> None:
        """Ask again next time."""
        self._found = None

    async def asked(self) -> Reply:
        """Ask what the plug-in says of itself just now."""
        return await self._client.get(f"{SPACE}/check")

    async def _asked(self) -> Found:
        """A route that is not there and one that the credentials do not open mean the slower way."""
        try:
            body = (await self.asked()).body
        except Configuration as error:
            if error.code not in (NO_ROUTE, NO_RIGHT):
                raise
            return NOT_THERE
        known = body if isinstance(body, dict) else {}
        return Found(
            version=str(known.get("plugin", "")),
            features=frozenset(map(str, known.get("features") or ())),
            lacks=tuple(map(str, known.get("lacks") or ())),
        )
