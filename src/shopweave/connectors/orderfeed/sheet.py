"""A document as CSV: one row for each line and charge, the order's own cells in every row; pure."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

from shopweave.connectors.orderfeed.document import Document

COLUMNS = (
    "reference", "event", "previous", "channel", "order", "number", "status", "created", "changed",
    "currency", "order_total", "order_tax", "kind", "line", "sku", "name", "quantity", "total", "tax",
    "first_name", "last_name", "company", "street", "street_2", "city", "region", "postcode", "country",
    "email", "phone", "payment", "note",
)  # fmt: skip
# A spreadsheet would take a cell that begins so for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
Cells = tuple[str, ...]


def sheet(whole: Document) -> bytes:
    """Write a document as rows under one head, UTF-8."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(_head(whole) + row + _tail(whole) for row in _rows(whole))
    return text.getvalue().encode()


def safe(cell: str) -> str:
    """Write a text so that no spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _head(one: Document) -> Cells:
    texts = (one.reference, one.event, one.previous or "", one.channel, one.order, one.number, one.status)
    totals = (_number(one.totals.total), _number(one.totals.tax))
    return (*(safe(text) for text in texts), one.created, one.changed, safe(one.currency), *totals)


def _rows(one: Document) -> Iterator[Cells]:
    for line in one.lines:
        texts = (safe(line.line), safe(line.sku), safe(line.name))
        yield ("line", *texts, _number(line.quantity), _number(line.total), _number(line.tax))
    for charge in one.charges:
        texts = (safe(charge.line), safe(charge.code), safe(charge.name))
        yield (charge.kind, *texts, "1", _number(charge.total), _number(charge.tax))
    if not (one.lines or one.charges):
        yield ("order", "", "", "", "", "", "")


def _tail(one: Document) -> Cells:
    to = one.ship_to if one.ship_to.street or one.ship_to.last_name else one.bill_to
    place = (to.street, to.street_2, to.city, to.region, to.postcode, to.country)
    known = (one.bill_to.email, to.phone or one.bill_to.phone, one.payment.title, one.note)
    return tuple(safe(cell) for cell in (to.first_name, to.last_name, to.company, *place, *known))


def _number(value: Decimal) -> str:
    return format(value, "f")
