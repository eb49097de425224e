"""Ownership: which flow gives which atom to a target, and what it gives."""

from collections.abc import Mapping

from msgspec import Struct

from shopweave.core.prints import is_empty
from shopweave.model.atoms import AtomValue
from shopweave.model.values import Measures


class Rule(Struct, frozen=True, kw_only=True):
    """What one flow may do to one atom at its target.

    An owner decides; a filler gives its value while those before it have none. `if_empty` never
    replaces a value that the target has. `order` is the flow's place among those of one target.
    """

    flow: str
    atom: str
    owns: bool
    if_empty: bool = False
    order: int = 0


class Given(Struct, frozen=True, kw_only=True):
    """What a target should hold, and the flows whose values are in it."""

    value: AtomValue
    flows: tuple[str, ...]


def givers(rules: tuple[Rule, ...], atom: str) -> tuple[Rule, ...]:
    """Give the rules for one atom, the owner first, fillers in their stated order."""
    return tuple(
        sorted((rule for rule in rules if rule.atom == atom), key=lambda rule: (not rule.owns, rule.order))
    )


def given(rules: tuple[Rule, ...], atom: str, values: Mapping[str, AtomValue]) -> Given:
    """Compose what the flows of one target give to one atom; `values` by flow, absent = does not speak.

    Measures are composed edge by edge: a sheet without weight leaves the weight to the next flow.
    """
    speaking = [(rule.flow, values[rule.flow]) for rule in givers(rules, atom) if rule.flow in values]
    if atom.partition("#")[0] == "measures":
        return _measures(speaking)
    for flow, value in speaking:
        if not is_empty(value):
            return Given(value=value, flows=(flow,))
    return Given(value=speaking[0][1], flows=(speaking[0][0],)) if speaking else Given(value=None, flows=())


def _measures(speaking: list[tuple[str, AtomValue]]) -> Given:
    whole = Measures()
    flows: list[str] = []
    for flow, value in speaking:
        if not isinstance(value, Measures):
            continue
        filled = _filled(whole, value)
        if filled != whole:
            whole, flows = filled, [*flows, flow]
    return Given(value=whole, flows=tuple(flows) or tuple(flow for flow, _ in speaking[:1]))


def _filled(whole: Measures, more: Measures) -> Measures:
    return Measures(
        weight=more.weight if whole.weight is None else whole.weight,
        length=more.length if whole.length is None else whole.length,
        width=more.width if whole.width is None else whole.width,
        height=more.height if whole.height is None else whole.height,
    )
