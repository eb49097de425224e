"""Look at a till the way it will be used, changing nothing."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from shopweave.connector.roles import CheckLine
from shopweave.connector.transports import Row, SqlTransport, SqlTx
from shopweave.connectors.phppos.rights import denied, sale_lines_of
from shopweave.connectors.phppos.rows import read_places
from shopweave.connectors.phppos.schema import NEEDED, Database, Schema, missing_remedy, read_schema
from shopweave.connectors.phppos.settings import Rules
from shopweave.model.errors import HubError

T = TypeVar("T")
SECONDS = 15.0
_READ = (
    *NEEDED,
    "app_files",
    "item_images",
    "manufacturers",
    "additional_item_numbers",
    "attributes",
    "attribute_values",
    "item_variation_attribute_values",
    "tax_classes",
    "items_secondary_categories",
)
_NEW_ITEM_ROW = """
INSERT INTO phppos_location_items (location_id, item_id, quantity)
SELECT location_id, item_id, quantity FROM phppos_location_items WHERE item_id = 0
"""
_NEW_VARIATION_ROW = """
INSERT INTO phppos_location_item_variations (location_id, item_variation_id, quantity)
SELECT location_id, item_variation_id, quantity FROM phppos_location_item_variations
WHERE item_variation_id = 0
"""
_LOG = """
INSERT INTO phppos_inventory (trans_items, trans_comment, location_id)
SELECT trans_items, trans_comment, location_id FROM phppos_inventory WHERE trans_id = 0
"""
_SET_VARIATION = """
UPDATE phppos_location_item_variations SET quantity = quantity WHERE item_variation_id = 0
"""
_WRITES = (
    ("UPDATE", "items", "UPDATE phppos_items SET last_modified = last_modified WHERE item_id = 0"),
    (
        "UPDATE",
        "item_variations",
        "UPDATE phppos_item_variations SET last_modified = last_modified WHERE id = 0",
    ),
    ("UPDATE", "location_items", "UPDATE phppos_location_items SET quantity = quantity WHERE item_id = 0"),
    ("INSERT", "location_items", _NEW_ITEM_ROW),
    ("UPDATE", "location_item_variations", _SET_VARIATION),
    ("INSERT", "location_item_variations", _NEW_VARIATION_ROW),
    ("INSERT", "inventory", _LOG),
)
_ANY = "SELECT 1 AS n FROM phppos_TABLE LIMIT 1"
_ENGINES = """
SELECT t.table_name AS table_name FROM information_schema.tables t
WHERE t.table_schema = DATABASE() AND t.engine <> 'InnoDB'
"""
_COUNTS = """
SELECT COUNT(*) AS items, SUM(CASE WHEN i.deleted = 0 THEN 1 ELSE 0 END) AS living FROM phppos_items i
WHERE COALESCE([i.system_item], 0) = 0
"""
_LINKED = "SELECT COUNT(*) AS n FROM phppos_items i WHERE [i.ecommerce_product_id] IS NOT NULL"
_WEB_LOCATIONS = "SELECT COUNT(*) AS n FROM phppos_ecommerce_locations"
_WEB_SETTINGS = """
SELECT COUNT(*) AS n FROM phppos_app_config
WHERE (`key` LIKE 'ecommerce%' OR `key` LIKE 'woo%') AND COALESCE(value, '') NOT IN ('', '0')
"""
_LOCATIONS = "SELECT l.location_id FROM phppos_locations l WHERE l.deleted = 0"
_EMPLOYEE = "SELECT e.person_id FROM phppos_employees e WHERE e.person_id = :employee"


async def check_till(sql: SqlTransport, rules: Rules) -> tuple[CheckLine, ...]:
    """Look at access, tables, rights, settings and other writers; later lines need the earlier ones."""
    try:
        schema = await _ask(sql, lambda tx: read_schema(tx, rules.prefix))
    except HubError as error:
        return (_line(error),)
    lines = [CheckLine(ok=True, what="The database lets the hub in.")]
    missing = schema.missing()
    unreadable = await _unreadable(sql, schema)
    if unreadable:
        return (*lines, *unreadable)
    if missing:
        what = f"The database lacks the tables {', '.join(missing)}."
        return (*lines, CheckLine(ok=False, what=what, remedy=missing_remedy(schema), code="POS-010"))
    lines.append(await _counts(sql, schema))
    lines += await _settings(sql, schema, rules)
    lines += await _engines(sql, schema)
    lines += await _write_rights(sql, schema, rules)
    lines += await _other_writers(sql, schema)
    lines += await sale_lines_of(sql, schema, rules)
    return tuple(lines)


async def _ask(sql: SqlTransport, work: Callable[[SqlTx], T]) -> T:
    return await sql.transact(work, read_only=True, timeout=SECONDS)


async def _rows(sql: SqlTransport, schema: Schema, statement: str, **parameters: int) -> Sequence[Row]:
    return await _ask(sql, lambda tx: Database(tx, schema).rows(statement, parameters))


def _line(error: HubError, *, blocks: bool = True) -> CheckLine:
    return CheckLine(ok=False, what=error.what, remedy=error.remedy, code=error.code, blocks=blocks)


async def _unreadable(sql: SqlTransport, schema: Schema) -> list[CheckLine]:
    """Find the tables the user may not SELECT from; MySQL hides those it has no right on at all."""
    lines = []
    for table in _READ:
        hidden = not schema.has(table)
        if hidden and (schema.dialect == "sqlite" or table not in NEEDED):
            continue
        try:
            await _rows(sql, schema, _ANY.replace("TABLE", table))
        except HubError as error:
            if error.code != "SQL-106":
                lines.append(_line(error))
    return lines


async def _counts(sql: SqlTransport, schema: Schema) -> CheckLine:
    row = (await _rows(sql, schema, _COUNTS))[0]
    if not row["items"]:
        return CheckLine(
            ok=False,
            what="The till has no items.",
            remedy="Check that this is the database the till works with.",
            code="POS-013",
            blocks=False,
        )
    return CheckLine(ok=True, what=f"The till has {row['items']} items, {row['living']} of them not deleted.")


async def _settings(sql: SqlTransport, schema: Schema, rules: Rules) -> list[CheckLine]:
    living = {row["location_id"] for row in await _rows(sql, schema, _LOCATIONS)}
    places = await _ask(sql, lambda tx: read_places(Database(tx, schema), rules))
    chosen = {*places.publish, *((places.price,) if places.price else ())}
    unknown = sorted(chosen - living)
    if not unknown and places.publish:
        return [CheckLine(ok=True, what=f"Stock is added up over {len(places.publish)} locations.")]
    what = (
        f"The till has no location {', '.join(map(str, unknown))}."
        if unknown
        else "The till has no location."
    )
    known = ", ".join(str(one) for one in sorted(living))
    return [CheckLine(ok=False, what=what, remedy=f"Its locations are: {known}.", code="POS-014")]


async def _engines(sql: SqlTransport, schema: Schema) -> list[CheckLine]:
    if schema.dialect == "sqlite":
        return []
    rows = await _rows(sql, schema, _ENGINES)
    read = {schema.prefix + table for table in (*_READ, "inventory")}
    bad = sorted({str(row["table_name"]) for row in rows} & read)
    if not bad:
        return []
    return [
        CheckLine(
            ok=False,
            what=f"These tables are not InnoDB, so a booking can stay half done: {', '.join(bad)}.",
            remedy="Convert them with ALTER TABLE … ENGINE=InnoDB before the hub writes stock.",
            code="POS-015",
            blocks=False,
        )
    ]


async def _write_rights(sql: SqlTransport, schema: Schema, rules: Rules) -> list[CheckLine]:
    """Say what is missing to write stock."""
    lacking = [f"{right} on {schema.prefix}{table}" for right, table in await denied(sql, schema, _WRITES)]
    if lacking:
        return [
            CheckLine(
                ok=False,
                what="The hub can read this till but not write stock to it.",
                remedy=f"Reading needs nothing more. For writing grant {', '.join(lacking)}.",
                code="POS-016",
                blocks=False,
            )
        ]
    lines = [CheckLine(ok=True, what="The rights to write stock are there.")]
    if not await _employees(sql, schema, rules):
        lines.append(
            CheckLine(
                ok=False,
                what=f"The till has no employee {rules.employee}, whom its stock log would name.",
                remedy="Set employee to the person number of an employee, best one named Hub.",
                code="POS-006",
                blocks=False,
            )
        )
    return lines


async def _employees(sql: SqlTransport, schema: Schema, rules: Rules) -> Sequence[Row]:
    try:
        return await _rows(sql, schema, _EMPLOYEE, employee=rules.employee)
    except HubError:
        return ()


async def _other_writers(sql: SqlTransport, schema: Schema) -> list[CheckLine]:
    """Detect the till's own web-shop module, which would fight over the same stock."""
    asked = [("items", _LINKED), ("ecommerce_locations", _WEB_LOCATIONS), ("app_config", _WEB_SETTINGS)]
    for table, statement in asked:
        if not schema.has(table):
            continue
        try:
            count = (await _rows(sql, schema, statement))[0]["n"]
        except HubError:
            continue
        if count:
            return [
                CheckLine(
                    ok=False,
                    what="The till's own web-shop module is or was in use; it and the hub would overwrite "
                    "each other's stock.",
                    remedy="Switch the module off in the till's store configuration before the hub writes.",
                    code="POS-017",
                    blocks=False,
                )
            ]
    return []
