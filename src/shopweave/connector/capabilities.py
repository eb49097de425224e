"""What a connector can do, as values that the engine reads; nobody asks which connector it is."""

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from shopweave.connector.orders import Keeps, Sells, Takes
from shopweave.model.record import Kind


class Method(StrEnum):
    """How a feed is read."""

    WINDOW = "window"
    SWEEP = "sweep"
    KEYS = "keys"


class Feed(Struct, frozen=True, kw_only=True):
    """One list that can be read page by page.

    `window`: changed since, and it can be swept too · `sweep`: always all of it · `keys`: ids and tokens
    of all; what moved is then read by id.
    """

    name: str
    kinds: tuple[Kind, ...]
    method: Method


class Writable(Struct, frozen=True, kw_only=True):
    """How records of one kind are written: how many in one request, and whether all need one parent."""

    kind: Kind
    batch: int
    by_parent: bool = False
    creates: bool = True


class Limit(Struct, frozen=True, kw_only=True):
    """At most `requests` in `seconds` for all that share `scope`."""

    scope: str
    requests: int
    seconds: float


class Capabilities(Struct, frozen=True, kw_only=True):
    """What a connection can do and bear.

    `atoms` are the atom keys it reads, in a fixed order that only ever grows: fingerprints are stored in
    it. `references` names the atoms whose write needs records of a list (brand → brand, main_image →
    media). `dated` are the atoms whose change moves the modification date; the others need sweeps.
    `sells`, `takes` and `keeps` are None where a connection has no orders to read, takes none over, or keeps
    no stock. `longest_run` is how long a request may still take effect after its time-out, in seconds.
    """

    atoms: tuple[str, ...]
    feeds: tuple[Feed, ...] = ()
    writes: tuple[Writable, ...] = ()
    references: Mapping[str, Kind] = {}
    dated: tuple[str, ...] = ()
    requests_at_once: int = 1
    limits: tuple[Limit, ...] = ()
    read_by_ids: int = 100
    longest_run: float = 120.0
    enriches: bool = False
    serves_pictures: bool = False
    sells: Sells | None = None
    takes: Takes | None = None
    keeps: Keeps | None = None
