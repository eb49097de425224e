"""What a form answers when something typed cannot be used: said at its field, with the remedy."""

from msgspec import Struct

from shopweave.model.errors import HubError
from shopweave.runtime.secrets import mask

FIELDS = {
    "LINK-404": "sku",
    "LINK-405": "sku",
    "ORD-410": "since",
    "ORD-411": "until",
    "ORD-420": "email",
    "ORD-421": "sure",
    "PLAN-011": "choose",
    "USER-001": "role",
    "USER-002": "email",
    "USER-003": "password",
    "USER-004": "role",
    "USER-005": "email",
    "USER-006": "role",
    "USER-007": "name",
    "USER-010": "language",
    "WEB-403": "current",
    "WEB-429": "current",
}


class Fault(Struct, frozen=True, kw_only=True):
    """One sentence about one field; `field` is empty when it is about none."""

    field: str
    text: str


def fault_of(error: HubError) -> Fault:
    """Give what to say at which field."""
    return Fault(field=FIELDS.get(error.code, ""), text=mask(f"{error.what} {error.remedy}".strip()))
