"""The till's own configuration, as far as it matters to sales."""

from shopweave.connectors.phppos.cells import text
from shopweave.connectors.phppos.schema import Database

_VALUE = "SELECT value FROM phppos_app_config WHERE `key` = :key"


def currency_of(db: Database) -> str:
    """Give the currency, empty where none is named."""
    return _value(db, "currency_code").upper()


def sale_prefix(db: Database) -> str:
    """Give the word before the number of a sale in the stock log."""
    return _value(db, "sale_prefix") or "POS"


def _value(db: Database, key: str) -> str:
    rows = db.rows(_VALUE, {"key": key}) if db.schema.has("app_config") else ()
    return text(rows[0]["value"]).strip() if rows else ""
