"""Routes of a shop's settings: system status, settings and currencies, as connection tests use them."""

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Wrong, answer, fields
from shopweave.simulators.woocommerce.routes import Call, no_route
from shopweave.simulators.woocommerce.stage import Stage

CURRENCIES = {
    "EUR": ("Euro", "&euro;"),
    "USD": ("United States (US) dollar", "&#36;"),
    "SEK": ("Swedish krona", "&#107;&#114;"),
    "PLN": ("Polish z&#x142;oty", "&#122;&#322;"),
    "BRL": ("Brazilian real", "&#82;&#36;"),
    "GBP": ("Pound sterling", "&pound;"),
}


class Office:
    """What the shop says of itself."""

    def __init__(self, stage: Stage, weight_unit: str, currency: str) -> None:
        self.stage = stage
        self.currency = currency
        self.settings = {
            "woocommerce_manage_stock": "yes",
            "woocommerce_weight_unit": weight_unit,
            "woocommerce_dimension_unit": "cm",
        }

    def status(self, call: Call, _: list[str]) -> HttpResponse:
        """Answer `/system_status`."""
        environment = {
            "home_url": self.stage.url,
            "site_url": self.stage.url,
            "version": self.stage.version,
            "wp_version": "6.9",
            "php_version": "8.2.0",
            "max_upload_size": 67_108_864,
            "default_timezone": "UTC",
        }
        body = {
            "environment": environment,
            "active_plugins": [],
            "settings": {"api_enabled": True, "currency": self.currency, "number_of_decimals": 2},
        }
        return answer(200, fields(body, call.query.get("_fields")))

    def setting(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer `/settings/products/NAME`; writes are kept."""
        if len(parts) != 2 or parts[1] not in self.settings:
            raise Wrong(404, "rest_setting_setting_invalid", "Invalid setting.")
        name = parts[1]
        if call.writes:
            self.settings[name] = str(call.body().get("value", self.settings[name]))
        value = self.settings[name]
        return answer(200, {"id": name, "group_id": parts[0], "value": value, "default": value})

    def currencies(self, _: Call, parts: list[str]) -> HttpResponse:
        """Answer `/data/currencies`, a code of it, or `current`."""
        rows = {
            code: {"code": code, "name": name, "symbol": symbol}
            for code, (name, symbol) in CURRENCIES.items()
        }
        if not parts:
            return answer(200, list(rows.values()))
        code = self.currency if parts == ["current"] else parts[0].upper()
        if code not in rows or len(parts) > 1:
            raise (
                no_route()
                if len(parts) > 1
                else Wrong(404, "woocommerce_rest_data_invalid_currency", "There are no currencies matching.")
            )
        return answer(200, rows[code])
