"""Records: things as a remote system shows them."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shopweave.model.atoms import NO_ATOMS, Atoms
from shopweave.model.values import UNKNOWN, Level


class Form(StrEnum):
    """What a record can be; a record's form is never changed by itself."""

    SIMPLE = "simple"
    FAMILY = "family"
    VARIATION = "variation"
    CATEGORY = "category"
    TERM = "term"
    MEDIA = "media"
    SHEET = "sheet"


class Kind(StrEnum):
    """The lists records live in; ids are unique within one."""

    PRODUCT = "product"
    VARIATION = "variation"
    CATEGORY = "category"
    BRAND = "brand"
    ATTRIBUTE = "attribute"
    MEDIA = "media"
    SHEET = "sheet"


def reference(kind: Kind, name: str) -> str:
    """Name a record of a list that is looked up by name: `brand:nordix`, `media:till/12@99`."""
    return f"{kind}:{name if kind is Kind.MEDIA else ' '.join(name.split()).casefold()}"


class RemoteRecord(Struct, frozen=True, kw_only=True):
    """One record as its feed shows it.

    `parent` is the remote id of the family (variations) or of the upper category. `changes_at` is when
    an atom will change by itself (a promotion starts or ends). `mark` is the reference the hub wrote
    into the record when it made it. `logged` are references that the stock log held when `level` was read,
    in the same consistent read; `sold` when that log says that a sale left this level. `raw_gtin` is the
    code as it stands there, valid or not.
    """

    kind: Kind
    form: Form
    remote_id: str
    parent: str | None = None
    atoms: Atoms = NO_ATOMS
    modified: datetime | None = None
    changes_at: datetime | None = None
    gone: bool = False
    level: Level = UNKNOWN
    logged: frozenset[str] = frozenset()
    sold: bool = False
    mark: str = ""
    raw_gtin: str = ""


class KeyRow(Struct, frozen=True, kw_only=True):
    """What a key sweep says of one record: its id and a token that moves when it may have changed."""

    kind: Kind
    remote_id: str
    token: str


class BrokenRecord(Struct, frozen=True, kw_only=True):
    """A record that could not be read; the others go on."""

    kind: Kind
    remote_id: str
    code: str
    what: str
