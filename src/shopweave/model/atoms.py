"""Atoms: the smallest units of ownership and comparison.

A key is a base name, an optional language and an optional block: `long_text`, `long_text/fi`,
`long_text#icecat`, `attributes#variation` (the axes of a family and the choices of a variation).
`None` and empty values mean "has no value"; a key that is absent means "this side does not speak of it".
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from shopweave.model.values import Attribute, Identity, Measures, Node, Picture, Price, SalePrice, Status

Categories = tuple[str, ...]
Attributes = tuple[Attribute, ...]
Gallery = tuple[Picture, ...]
AtomValue = (
    Identity
    | str
    | Measures
    | Attributes
    | Categories
    | Price
    | SalePrice
    | Picture
    | Gallery
    | Status
    | Node
    | None
)

TYPES: Mapping[str, Any] = {
    "identity": Identity,
    "name": str,
    "short_text": str,
    "long_text": str,
    "measures": Measures | None,
    "attributes": tuple[Attribute, ...],
    "brand": str | None,
    "categories": tuple[str, ...],
    "regular_price": Price | None,
    "sale_price": SalePrice | None,
    "tax_class": str | None,
    "main_image": Picture | None,
    "gallery": tuple[Picture, ...],
    "status": Status,
    "node": Node,
}
BASES = tuple(TYPES)


def base(key: str) -> str:
    """Give the base name of an atom's key: `long_text/fi#icecat` → `long_text`."""
    return key.partition("#")[0].partition("/")[0]


def block(key: str) -> str:
    """Give the block of an atom's key, `""` if it names none."""
    return key.partition("#")[2]


class Atoms(Mapping[str, AtomValue]):
    """An immutable set of atoms by key, in key order."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, AtomValue] | None = None) -> None:
        self._values = {key: values[key] for key in sorted(values)} if values else {}

    def __getitem__(self, key: str) -> AtomValue:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atoms) and self._values == other._values

    def __hash__(self) -> int:
        return hash(tuple(self._values))

    def __repr__(self) -> str:
        return f"Atoms({self._values!r})"

    def only(self, keys: tuple[str, ...]) -> "Atoms":
        """Keep the atoms named by `keys`."""
        return Atoms({key: self._values[key] for key in keys if key in self._values})

    def merged(self, other: Mapping[str, AtomValue]) -> "Atoms":
        """Lay `other` over these."""
        return Atoms({**self._values, **other})


NO_ATOMS = Atoms()


def encode(atoms: Atoms) -> bytes:
    """Write atoms as JSON."""
    return msgspec.json.encode(dict(atoms))


_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in TYPES.items()}


def decode(raw: bytes) -> Atoms:
    """Read atoms written by `encode`."""
    parts = _PARTS.decode(raw)
    return Atoms({key: _DECODERS[base(key)].decode(part) for key, part in parts.items()})
