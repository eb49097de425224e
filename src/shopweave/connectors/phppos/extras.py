"""What a sale needs beside goods: items for shipping and fees, and its customer."""

from collections.abc import Iterable, Mapping
from typing import Any

from shopweave.connectors.phppos.booking import Desk
from shopweave.connectors.phppos.cells import short
from shopweave.connectors.phppos.salerows import SHIPPING
from shopweave.connectors.phppos.settings import SaleRules
from shopweave.model.errors import Configuration
from shopweave.model.order import Address

_BY_NUMBER = "SELECT i.item_id FROM phppos_items i WHERE i.item_id = :item"
_BY_CODE = "SELECT i.item_id FROM phppos_items i WHERE i.product_id = :code"
_FIRST_REGISTER = """
SELECT r.register_id FROM phppos_registers r
WHERE r.location_id = :location AND r.deleted = 0 ORDER BY r.register_id LIMIT 1
"""
# A row that every hub finds and may lock with the rights it has.
_GATE = "SELECT i.item_id FROM phppos_items i ORDER BY i.item_id LIMIT 1"
_CUSTOMER = """
SELECT u.person_id FROM phppos_customers u JOIN phppos_people q ON q.person_id = u.person_id
WHERE q.email = :email AND u.deleted = 0 ORDER BY u.person_id LIMIT 1
"""


def extra_items(desk: Desk, rules: SaleRules, kinds: Iterable[str]) -> dict[str, int]:
    """Find the items that shipping and fees are sold as; those of the hub's own are made when missing."""
    chosen = {kind: rules.shipping_item if kind == SHIPPING else rules.fee_item for kind in kinds}
    return {
        kind: _own_item(desk, kind) if item is None else _set(desk, item) for kind, item in chosen.items()
    }


def _set(desk: Desk, item: int) -> int:
    if not desk.db.rows(_BY_NUMBER, {"item": item}):
        raise Configuration(
            f"The till has no item {item}, as which shipping or fees are to be sold.",
            code="POS-007",
            remedy="Set shipping_item and fee_item to items of the till, or leave them empty.",
        )
    return item


def _own_item(desk: Desk, kind: str) -> int:
    code = {"code": f"HUB-{kind.upper()}"}
    found = desk.db.rows(_BY_CODE, code)
    if not found:
        # Two who book at once would both make it; who is second waits here and then finds it.
        desk.db.locked(_GATE, {})
        found = desk.db.rows(_BY_CODE, code)
    return int(found[0]["item_id"]) if found else desk.db.insert("items", _cells(desk, kind))


def _cells(desk: Desk, kind: str) -> Mapping[str, Any]:
    name = f"Web {kind}"
    flags = {"is_service": 1, "system_item": 1, "is_ecommerce": 0, "tax_included": 0}
    numbers = {"cost_price": 0, "unit_price": 0}
    return {"name": name, "product_id": f"HUB-{kind.upper()}", "last_modified": desk.dated} | flags | numbers


def register_of(desk: Desk, rules: SaleRules) -> int | None:
    """Give the register that web sales belong to, None where the location has none."""
    if rules.register is not None:
        return rules.register
    found = desk.db.rows(_FIRST_REGISTER, {"location": desk.location})
    return int(found[0]["register_id"]) if found else None


def customer_of(desk: Desk, rules: SaleRules, buyer: Address) -> int | None:
    """Find the buyer by e-mail, or make him; None where he stays unnamed."""
    email = {"email": short(buyer.email.strip())}
    if rules.customers == "none" or not email["email"]:
        return None
    found = desk.db.rows(_CUSTOMER, email)
    if not found and rules.customers == "create":
        # Two orders of one new buyer at once would both make him; who is second waits here.
        desk.db.locked(_GATE, {})
        found = desk.db.rows(_CUSTOMER, email)
        if not found:
            return _new_customer(desk, buyer)
    return int(found[0]["person_id"]) if found else None


def _new_customer(desk: Desk, buyer: Address) -> int:
    person = {
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "full_name": f"{buyer.first_name} {buyer.last_name}".strip(),
        "phone_number": buyer.phone,
        "email": buyer.email.strip(),
        "address_1": buyer.street,
        "address_2": buyer.street_2,
        "city": buyer.city,
        "state": buyer.region,
        "zip": buyer.postcode,
        "country": buyer.country,
    }
    cells = {name: short(value) for name, value in person.items()}
    number = desk.db.insert("people", {**cells, "create_date": desk.now, "last_modified": desk.now})
    desk.db.insert("customers", {"person_id": number, "company_name": short(buyer.company)})
    return number
