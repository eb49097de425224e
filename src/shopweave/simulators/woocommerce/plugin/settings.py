"""What the hub tells the plug-in: where pings go, and whether its orders stay out of statistics."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, answer
from shopweave.simulators.woocommerce.callbacks import is_private
from shopweave.simulators.woocommerce.plugin.batch import bad
from shopweave.simulators.woocommerce.routes import Call

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

_TABLE, _ROW = "option", 1
_DEFAULT: Body = {"ping_url": "", "ping_secret": "", "quiet_analytics": False}
_SECRET = re.compile(r"[\x21-\x7e]{16,255}")


class Settings:
    """The settings of one shop, kept with its state."""

    def __init__(self, shop: "WooShop") -> None:
        self.shop = shop

    @property
    def all(self) -> Body:
        """Give all settings, the secret among them."""
        return {**_DEFAULT, **self.shop.state.rows[_TABLE].get(_ROW, {})}

    def show(self, call: Call) -> HttpResponse:
        """Give the settings; of the secret only whether there is one."""
        _ = call
        return answer(200, {**self.all, "ping_secret": bool(self.all["ping_secret"])})

    def change(self, call: Call) -> HttpResponse:
        """Change those that are given, or none of them."""
        given = call.body()
        for name, value in given.items():
            if name not in _DEFAULT or type(value) is not type(_DEFAULT[name]):
                raise bad(name)
            if name == "ping_secret" and not _SECRET.fullmatch(value):
                raise bad(name)
        found = {**self.all, **given}
        if found["ping_url"]:
            self._check(found)
        else:
            found["ping_secret"] = ""
        self.shop.state.save(_TABLE, _ROW, found)
        return self.show(call)

    def _check(self, found: Body) -> None:
        if not found["ping_secret"]:
            raise bad("ping_secret")
        parts, own = urlsplit(found["ping_url"]), urlsplit(self.shop.url)
        host = parts.hostname or ""
        near = self.shop.callbacks.near or host == own.hostname
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise bad("ping_url")
        if is_private(host) and not near:
            raise bad("ping_url")
