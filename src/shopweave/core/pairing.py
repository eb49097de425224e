"""Why a record waits for a person, and in what it is like an item. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from shopweave.model.record import Form, Kind


class Why(StrEnum):
    """Why a record is linked to nothing.

    *alone*: no item shares its SKU or GTIN · *several*: more than one pair fits · *form*: only one side has
    variations · *taken*: its item is another record there · *apart*: a person said so · *soon*: the next run
    links it.
    """

    ALONE = "alone"
    SEVERAL = "several"
    FORM = "form"
    TAKEN = "taken"
    APART = "apart"
    SOON = "soon"


class Traits(Struct, frozen=True, kw_only=True):
    """What two sides are compared by; codes folded as they are stored."""

    kind: Kind
    form: Form
    sku: str = ""
    gtin: str = ""
    name: str = ""
    price: str = ""


class Fit(Struct, frozen=True, kw_only=True):
    """An item that shares a key with a record; *taken* is linked to another, *apart* said to be another."""

    traits: Traits
    is_taken: bool = False
    is_apart: bool = False

    @property
    def is_free(self) -> bool:
        """Say whether it may be linked."""
        return not self.is_taken and not self.is_apart


def why_waits(record: Traits, fits: Sequence[Fit], *, has_rivals: bool) -> Why:
    """Say why a record is linked to nothing; `has_rivals` when its item fits another record too."""
    free = [one for one in fits if one.is_free]
    if not free:
        taken = any(one.is_taken and not one.is_apart for one in fits)
        return Why.TAKEN if taken else Why.APART if fits else Why.ALONE
    if len(free) > 1 or has_rivals:
        return Why.SEVERAL
    return Why.SOON if is_alike(record, free[0].traits) else Why.FORM


def is_alike(one: Traits, other: Traits) -> bool:
    """Say whether both are of one kind and form: only such may be linked."""
    return (one.kind, one.form) == (other.kind, other.form)


def equal_fields(one: Traits, other: Traits) -> tuple[str, ...]:
    """Name the fields that both sides have and that say the same."""
    pairs = {name: (getattr(one, name), getattr(other, name)) for name in ("sku", "gtin", "name", "price")}
    return tuple(name for name, (a, b) in pairs.items() if a and _folded(a) == _folded(b))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
