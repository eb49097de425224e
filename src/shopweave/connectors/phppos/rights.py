"""Which rights are missing for what the hub may be asked to do, found out without doing it."""

from collections.abc import Iterable, Sequence

from shopweave.connector.roles import CheckLine
from shopweave.connector.transports import Row, SqlTransport, SqlTx
from shopweave.connectors.phppos.configured import currency_of
from shopweave.connectors.phppos.schema import Database, Schema
from shopweave.connectors.phppos.settings import Rules
from shopweave.model.errors import HubError

SECONDS = 15.0
Statement = tuple[str, str, str]
_SALES = """
INSERT INTO phppos_sales (location_id, comment, discount_reason, cc_ref_no)
SELECT location_id, comment, discount_reason, cc_ref_no FROM phppos_sales WHERE sale_id = 0
"""
_LINES = """
INSERT INTO phppos_sales_items (sale_id, item_cost_price, item_unit_price)
SELECT sale_id, item_cost_price, item_unit_price FROM phppos_sales_items WHERE sale_id = 0
"""
_TAXES = """
INSERT INTO phppos_sales_items_taxes (sale_id, item_id, name, percent)
SELECT sale_id, item_id, name, percent FROM phppos_sales_items_taxes WHERE sale_id = 0
"""
_PAYMENTS = """
INSERT INTO phppos_sales_payments (sale_id, payment_type, payment_amount)
SELECT sale_id, payment_type, payment_amount FROM phppos_sales_payments WHERE sale_id = 0
"""
_SALE_WRITES: tuple[Statement, ...] = (
    ("INSERT", "sales", _SALES),
    ("UPDATE", "sales", "UPDATE phppos_sales SET comment = comment WHERE sale_id = 0"),
    ("INSERT", "sales_items", _LINES),
    ("DELETE", "sales_items", "DELETE FROM phppos_sales_items WHERE sale_id = 0"),
    ("INSERT", "sales_items_taxes", _TAXES),
    ("DELETE", "sales_items_taxes", "DELETE FROM phppos_sales_items_taxes WHERE sale_id = 0"),
    ("INSERT", "sales_payments", _PAYMENTS),
    ("DELETE", "sales_payments", "DELETE FROM phppos_sales_payments WHERE sale_id = 0"),
)
_TABLES = ("sales", "sales_items", "sales_items_taxes", "sales_payments", "registers", "customers", "people")


async def denied(
    sql: SqlTransport, schema: Schema, statements: Iterable[Statement]
) -> tuple[tuple[str, str], ...]:
    """Give right and table of the statements that would be denied.

    EXPLAIN asks for the same rights and changes nothing, but not in a reading transaction.
    """
    found = []
    for right, table, statement in statements:

        def explain(tx: SqlTx, statement: str = statement) -> Sequence[Row]:
            return Database(tx, schema).rows(f"EXPLAIN {statement}")

        try:
            await sql.transact(explain, read_only=False, timeout=SECONDS)
        except HubError as error:
            if error.code == "SQL-1142":
                found.append((right, table))
    return tuple(found)


async def sale_lines_of(sql: SqlTransport, schema: Schema, rules: Rules) -> list[CheckLine]:
    """Say whether orders could be taken over; what is missing matters only where that is wanted."""
    missing = [f"SELECT on {schema.prefix}{table}" for table in _TABLES if not schema.has(table)]
    if not missing:
        rights = await denied(sql, schema, _SALE_WRITES)
        missing = [f"{right} on {schema.prefix}{table}" for right, table in rights]
    if missing:
        return [CheckLine(ok=True, what=f"To take orders over, the hub needs {', '.join(missing)}.")]
    if not rules.selling.currency and not await _currency(sql, schema):
        return [
            CheckLine(ok=True, what="To take orders over, the hub needs the till's currency in its settings.")
        ]
    return [CheckLine(ok=True, what="Orders can be taken over as web sales.")]


async def _currency(sql: SqlTransport, schema: Schema) -> str:
    try:
        return await sql.transact(
            lambda tx: currency_of(Database(tx, schema)), read_only=True, timeout=SECONDS
        )
    except HubError:
        return ""
