"""The three-way comparison: what moved since both sides were last known to say the same."""

from enum import StrEnum

from msgspec import Struct

from shopweave.core.html import canonical_html, canonical_text
from shopweave.core.prints import ABSENT, UNCONFIRMED, edges, is_empty, plain
from shopweave.model.atoms import AtomValue, base
from shopweave.model.values import Attribute, Identity, Measures, Node, Price, SalePrice, Status


class Verdict(StrEnum):
    """What is to be done about one atom."""

    QUIET = "quiet"
    AGREE = "agree"
    WRITE = "write"
    REWRITE = "rewrite"
    CONFLICT = "conflict"


class Policy(StrEnum):
    """Who is right when the target moved."""

    SOURCE = "source"
    TARGET = "target"
    ASK = "ask"


class Sides(Struct, frozen=True, kw_only=True):
    """Both sides of one atom, now and when they last agreed (prints; `ABSENT` = never)."""

    wanted: AtomValue
    shown: AtomValue
    source: bytes
    target: bytes
    source_agreed: bytes = ABSENT
    target_agreed: bytes = ABSENT


def verdict(atom: str, sides: Sides, *, if_empty: bool, drift: Policy, conflict: Policy) -> Verdict:
    """Decide one atom.

    QUIET: nothing to do or to store · AGREE: both sides are taken as they are, store that · WRITE: the
    source moved · REWRITE: only the target moved and the source is right · CONFLICT: a person decides.
    """
    source_moved = sides.source != sides.source_agreed
    target_moved = sides.target_agreed not in (UNCONFIRMED, sides.target)
    if not source_moved and not target_moved:
        return Verdict.AGREE if sides.target_agreed == UNCONFIRMED else Verdict.QUIET
    if says_same(atom, sides.wanted, sides.shown) or _leaves(sides, if_empty=if_empty):
        return Verdict.AGREE
    if sides.source_agreed == ABSENT or not target_moved:
        return Verdict.WRITE
    policy = conflict if source_moved else drift
    if policy is Policy.TARGET:
        return Verdict.AGREE
    if policy is Policy.ASK:
        return Verdict.CONFLICT
    return Verdict.WRITE if source_moved else Verdict.REWRITE


def _leaves(sides: Sides, *, if_empty: bool) -> bool:
    nothing_said_yet = sides.source_agreed == ABSENT and is_empty(sides.wanted)
    return nothing_said_yet or (if_empty and not is_empty(sides.shown))


def says_same(atom: str, wanted: AtomValue, shown: AtomValue) -> bool:
    """Say whether the target shows what the source means, in whatever form."""
    if is_empty(wanted) and is_empty(shown):
        return True
    match wanted:
        case Identity():
            return isinstance(shown, Identity) and _same_identity(wanted, shown)
        case Measures():
            return isinstance(shown, Measures) and _same_measures(wanted, shown)
        case Price() | SalePrice():
            return _amounts(wanted) == _amounts(shown)
        case Status():
            return (wanted is Status.ACTIVE) == (shown is Status.ACTIVE)
        case Node(name=name, parent=parent):
            return isinstance(shown, Node) and (canonical_text(name), parent) == (
                canonical_text(shown.name),
                shown.parent,
            )
        case str():
            return isinstance(shown, str) and _text(atom, wanted) == _text(atom, shown)
        case tuple():
            return isinstance(shown, tuple) and _list(wanted) == _list(shown)
        case _:
            return wanted == shown


def _text(atom: str, text: str) -> str:
    return canonical_html(text) if base(atom) in ("long_text", "short_text") else canonical_text(text)


def _same_identity(wanted: Identity, shown: Identity) -> bool:
    sku = (wanted.sku or "").strip().casefold() == (shown.sku or "").strip().casefold()
    return sku and (wanted.gtin is None or wanted.gtin == shown.gtin)


def _same_measures(wanted: Measures, shown: Measures) -> bool:
    pairs = zip(edges(wanted), edges(shown), strict=True)
    return all(want is None or (has is not None and plain(want) == plain(has)) for want, has in pairs)


def _amounts(value: AtomValue) -> object:
    match value:
        case Price(amount=amount):
            return plain(amount)
        case SalePrice(amount=amount, start=start, end=end):
            return plain(amount), start, end
        case _:
            return value


def _list(values: tuple[object, ...]) -> list[object]:
    return sorted((_member(value) for value in values), key=repr)


def _member(value: object) -> object:
    if isinstance(value, Attribute):
        return canonical_text(value.name).casefold(), sorted(
            canonical_text(option) for option in value.options
        )
    return value
