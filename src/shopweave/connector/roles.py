"""What connectors do for the hub: small protocols, each call one request or a few reads."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol, runtime_checkable

from msgspec import Struct

from shopweave.model.change import Write, WriteAnswer, WriteRefused
from shopweave.model.record import BrokenRecord, KeyRow, Kind, RemoteRecord
from shopweave.model.values import Level, Picture, PictureBytes


class Page(Struct, frozen=True, kw_only=True):
    """Records, and the position that follows them; `done` when the window or sweep is complete.

    `position` is a JSON text only the connector understands. It is stored in the transaction that stores
    the records, and handed back for the next page; after `done`, for the next window. `requests` counts
    what the page cost.
    """

    records: tuple[RemoteRecord, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    broken: tuple[BrokenRecord, ...] = ()
    position: str = ""
    done: bool = False
    requests: int = 1


class Ask(Struct, frozen=True, kw_only=True):
    """One question to a content provider; `known_id` is its id from an earlier answer."""

    gtin: str | None = None
    brand: str | None = None
    part_number: str | None = None
    known_id: str | None = None


class Sheet(Struct, frozen=True, kw_only=True):
    """The provider knows the product."""

    record: RemoteRecord
    requests: int = 1


class NoSheet(Struct, frozen=True, kw_only=True):
    """The provider has nothing to give, for a reason of its own; ask again after `retry`, None = never.

    `outcome` is a stable word such as NOT_PRESENT; `number` the provider's own code.
    """

    outcome: str
    what: str
    remedy: str = ""
    number: int | None = None
    retry: timedelta | None = None
    requests: int = 1


class CheckLine(Struct, frozen=True, kw_only=True):
    """One thing that was looked at; `blocks` when nothing can work without it."""

    ok: bool
    what: str
    remedy: str = ""
    code: str = ""
    blocks: bool = True


@runtime_checkable
class ReadsRecords(Protocol):
    """Read lists page by page, and records by id."""

    async def page(self, feed: str, position: str, *, sweep: bool) -> Page:
        """Read the next page of `feed`; an empty position or `sweep` on a finished one starts a sweep."""
        ...

    async def by_ids(self, kind: Kind, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        """Read records by id, trash included; `gone` is set where the other side says so.

        Ids the other side does not answer for are absent. Ids of variations are written `parent:id`
        by connectors whose reads need the parent; each connector uses one form throughout.
        """
        ...


@runtime_checkable
class WritesRecords(Protocol):
    """Write records, one request a call."""

    def refusal(self, write: Write) -> WriteRefused | None:
        """Say what the other side's own checks would refuse, before anything is sent. Pure."""
        ...

    async def write(
        self, kind: Kind, writes: tuple[Write, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Send one request and give an answer per write, in order.

        Raises `NotSent`, `NoAnswer`, `Limited`, `Fenced` or `Configuration` when the whole request failed.
        """
        ...

    async def find(self, write: Write) -> RemoteRecord | None:
        """Look for the record that a create in doubt may have made; by reference, else by name or SKU."""
        ...


@runtime_checkable
class WritesLevels(Protocol):
    """Set stock levels, absolute."""

    async def write_levels(
        self, kind: Kind, levels: Mapping[str, Level], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Set the level of each record by remote id, in one request."""
        ...


@runtime_checkable
class ServesPictures(Protocol):
    """Hand out the content of pictures its records name."""

    async def picture(self, picture: Picture) -> PictureBytes:
        """Read one picture; raises `BrokenData` when it is no picture or gone."""
        ...


@runtime_checkable
class Enriches(Protocol):
    """Answer questions about products by their public names."""

    async def ask(self, question: Ask) -> Sheet | NoSheet:
        """Ask once, with the fall-backs (languages, brand and code) that belong to the question."""
        ...


@runtime_checkable
class Checks(Protocol):
    """Try the connection the way it will be used, changing nothing."""

    async def check(self) -> tuple[CheckLine, ...]:
        """Look at address, certificate, credentials, rights and versions; never raises a `HubError`."""
        ...
