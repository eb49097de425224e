"""Changes: some atoms of one record, old → new, and how they fare."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from msgspec import Struct

from shopweave.model.atoms import NO_ATOMS, Atoms
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import PictureBytes


class Op(StrEnum):
    """What a change does to its target record."""

    CREATE = "create"
    UPDATE = "update"


class Urgency(IntEnum):
    """The order in which lanes send; lower goes first."""

    STOCK_DOWN = 0
    ORDER_OUT = 1
    STOCK_UP = 2
    PRICE = 3
    REST = 4


class ChangeState(StrEnum):
    """The life of a change."""

    HELD = "held"
    WAITING = "waiting"
    INTENT = "intent"
    IN_DOUBT = "in doubt"
    DONE = "done"
    REFUSED = "refused"
    REJECTED = "rejected"
    EXPIRED = "expired"
    DROPPED = "dropped"


class Write(Struct, frozen=True, kw_only=True):
    """One record's part of a write request, ready to be put on the wire.

    `atoms` is what is to be written. `current` is the last snapshot of the target (empty for a create);
    connectors need it where a field holds more than one atom. `parent` is the remote id of the family
    or upper category at the target, and `categories` atoms already hold ids of the target. `refs` maps
    `reference(kind, name)` to ids at the target for brands, attributes and media; what is missing there is
    left out of the request. `picture` is the content of a media upload. `mark` is the hub's reference to
    store in the record.
    """

    number: int
    op: Op
    kind: Kind
    form: Form
    remote_id: str = ""
    parent: str | None = None
    atoms: Atoms = NO_ATOMS
    current: Atoms = NO_ATOMS
    refs: Mapping[str, str] = {}
    picture: PictureBytes | None = None
    mark: str = ""


class Written(Struct, frozen=True, kw_only=True):
    """The other side took it; `record` is what it says now, `confirmed` the atoms this answer settles."""

    number: int
    record: RemoteRecord
    confirmed: tuple[str, ...]


class WriteRefused(Struct, frozen=True, kw_only=True):
    """The other side refused one record; `exists` is the id it says already has that name or SKU."""

    number: int
    code: str
    what: str
    remedy: str = ""
    exists: str = ""
    look_up: bool = False


WriteAnswer = Written | WriteRefused
