"""The values that atoms hold."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class Identity(Struct, frozen=True, kw_only=True):
    """The names an item is known by; GTIN as 14 digits or None."""

    sku: str | None = None
    gtin: str | None = None
    part_number: str | None = None


class Measures(Struct, frozen=True, kw_only=True):
    """Weight in grams, edges in millimetres; None where not known."""

    weight: Decimal | None = None
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None


class Attribute(Struct, frozen=True, kw_only=True):
    """One named property with its values."""

    name: str
    options: tuple[str, ...]


class Price(Struct, frozen=True, kw_only=True):
    """A regular price in the currency and tax mode of its connection."""

    amount: Decimal


class SalePrice(Struct, frozen=True, kw_only=True):
    """A lower price from the beginning of `start` to the end of `end`, shop's days; None is open."""

    amount: Decimal
    start: date | None = None
    end: date | None = None


class Picture(Struct, frozen=True, kw_only=True):
    """A picture by reference: `ref` changes when the picture does and names it at its connection."""

    ref: str
    url: str = ""
    name: str = ""
    alt: str = ""


class PictureBytes(Struct, frozen=True, kw_only=True):
    """The content of a picture."""

    content: bytes
    media_type: str


class Status(StrEnum):
    """Whether an item is meant to be seen by buyers."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


class Node(Struct, frozen=True, kw_only=True):
    """Name and parent of a category; `parent` is a remote id of the same connection, None at the top."""

    name: str
    parent: str | None = None


class Level(Struct, frozen=True, kw_only=True):
    """A stock statement; `quantity` is set only when tracked, `places` where several warehouses hold it."""

    state: str
    quantity: Decimal | None = None
    places: tuple[tuple[str, Decimal], ...] = ()

    @property
    def total(self) -> "Level":
        """Give the same level without its places."""
        return Level(state=self.state, quantity=self.quantity) if self.places else self


UNKNOWN = Level(state="unknown")
UNTRACKED = Level(state="untracked")


def tracked(quantity: Decimal) -> Level:
    """State that `quantity` units are on hand."""
    return Level(state="tracked", quantity=quantity)


def placed(places: Iterable[tuple[str, Decimal]]) -> Level:
    """State how many units lie in each warehouse."""
    held = tuple(places)
    return Level(state="tracked", quantity=sum((one for _, one in held), Decimal(0)), places=held)
