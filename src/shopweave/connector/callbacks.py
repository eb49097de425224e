"""Callbacks: what remote systems send by themselves; they never carry the truth, they say where to look."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from msgspec import Struct

ORDER, NOTHING = "order", ""


class Callback(Struct, frozen=True, kw_only=True):
    """A request that came in; names of headers are in lower case."""

    headers: Mapping[str, str]
    body: bytes


class Heard(Struct, frozen=True, kw_only=True):
    """What a callback points at: an order, or a record by its `Kind`; with nothing there is nothing to do.

    `topic` is the sender's own word for it, kept for people.
    """

    topic: str
    about: str = NOTHING
    remote_id: str = ""


class NotHeard(Struct, frozen=True, kw_only=True):
    """A callback that is not believed or not understood; `status` is the HTTP status it is answered with."""

    status: int
    code: str
    what: str
    remedy: str = ""


class Subscribed(Struct, frozen=True, kw_only=True):
    """The topics that are sent to us; those made now, and those the other side had switched off."""

    topics: tuple[str, ...]
    made: tuple[str, ...] = ()
    revived: tuple[str, ...] = ()


@runtime_checkable
class HearsCallbacks(Protocol):
    """Understand callbacks, and see to it that they come."""

    def heard(self, callback: Callback, secret: str) -> Heard | NotHeard:
        """Check who sent it, in constant time, and read what it points at. Pure."""
        ...

    async def subscribe(self, address: str, secret: str) -> Subscribed:
        """Have callbacks sent to `address`; repeated, it mends what is missing or switched off."""
        ...
