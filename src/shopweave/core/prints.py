"""Fingerprints: eight bytes that say whether an atom moved.

A record's prints are the fingerprints of all atoms of its connection's layout, one after the other, so
that a slice can be compared in SQL. A side is only ever compared with its own past, so these forms need
not be the same on both sides; `core.compare` knows when two sides say the same.
"""

from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b

import msgspec

from shopweave.model.atoms import Atoms, AtomValue
from shopweave.model.values import Measures, Picture, Price, SalePrice

SIZE = 8
ABSENT = bytes(SIZE)
EMPTY = bytes(SIZE - 1) + b"\x01"
UNCONFIRMED = bytes(SIZE - 1) + b"\x02"
GONE = bytes(SIZE - 1) + b"\x03"
LOOSE = bytes(SIZE - 1) + b"\x04"
_UNMEASURED = Measures()


def plain(number: Decimal) -> str:
    """Write a number without exponent and trailing zeros."""
    text = format(number.normalize(), "f")
    return "0" if text == "-0" else text


def edges(measures: Measures) -> tuple[Decimal | None, ...]:
    """Give weight, length, width and height in this order."""
    return measures.weight, measures.length, measures.width, measures.height


def is_empty(value: AtomValue) -> bool:
    """Say whether an atom has no value."""
    return value is None or value in ("", ()) or value == _UNMEASURED


def fingerprint(value: AtomValue) -> bytes:
    """Hash one atom's value; an empty one has a print of its own."""
    if is_empty(value):
        return EMPTY
    return blake2b(msgspec.json.encode(_form(value)), digest_size=SIZE).digest()


def _form(value: AtomValue) -> object:
    match value:
        case Price(amount=amount):
            return plain(amount)
        case SalePrice(amount=amount, start=start, end=end):
            return plain(amount), start, end
        case Measures():
            return [edge and plain(edge) for edge in edges(value)]
        case Picture(ref=ref):
            return ref
        case tuple():
            return [part.ref if isinstance(part, Picture) else part for part in value]
        case _:
            return value


def prints(layout: tuple[str, ...], atoms: Atoms) -> bytes:
    """Join the fingerprints of `atoms` in the order of `layout`."""
    return b"".join(fingerprint(atoms[key]) if key in atoms else ABSENT for key in layout)


@lru_cache(maxsize=256)
def places(layout: tuple[str, ...], keys: tuple[str, ...]) -> tuple[int | None, ...]:
    """Give the byte offset of each key in prints of `layout`, None where the layout has no such atom."""
    offsets = {key: number * SIZE for number, key in enumerate(layout)}
    return tuple(offsets.get(key) for key in keys)


def pick(joined: bytes, layout: tuple[str, ...], keys: tuple[str, ...]) -> bytes:
    """Cut the prints of `keys` out of a record's prints."""
    return b"".join(
        ABSENT if place is None else joined[place : place + SIZE].ljust(SIZE, b"\0")
        for place in places(layout, keys)
    )


def one(joined: bytes, layout: tuple[str, ...], key: str) -> bytes:
    """Cut one atom's print out of prints laid out by `layout`."""
    return pick(joined, layout, (key,))


def replaced(joined: bytes, layout: tuple[str, ...], changes: dict[str, bytes]) -> bytes:
    """Put other prints for some atoms into prints laid out by `layout`."""
    return b"".join(changes.get(key) or one(joined, layout, key) for key in layout)
