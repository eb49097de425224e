"""Which identifiers to ask Icecat by, and in which order."""

from msgspec import Struct

from shopweave.connector.roles import Ask
from shopweave.connectors.icecat.outcomes import Miss
from shopweave.model.gtin import gtin14, is_restricted, shortest


class Key(Struct, frozen=True, kw_only=True):
    """One identifier; `after_unknown` when it is only worth asking after the GTIN was unknown."""

    kind: str
    parameters: tuple[tuple[str, str], ...]
    after_unknown: bool = False


_IN_STORE = Miss(
    outcome="IN_STORE_CODE",
    what="The code is of a range for in-store use, which no public catalogue knows.",
    remedy="Give the product its maker's GTIN, or brand and part number.",
)
_PRESS = Miss(
    outcome="PRESS_OR_BOOK",
    what="The code belongs to press or books, which Icecat does not describe.",
    remedy="Nothing to do.",
)
_NOTHING = Miss(
    outcome="BAD_IDENTIFIER",
    what="There is nothing to ask Icecat by: no valid GTIN, and no brand with part number.",
    remedy="Give the product a valid GTIN, or brand and part number.",
)


def keys(question: Ask) -> tuple[Key, ...]:
    """List what to ask by: the known id, the GTIN, brand and part number."""
    return (*_by_id(question), *_by_gtin(question), *_by_code(question))


def unasked(question: Ask) -> Miss:
    """Say why there is nothing to ask by."""
    code = gtin14(question.gtin)
    if not code:
        return _NOTHING
    return _IN_STORE if is_restricted(code) else _PRESS


def _by_id(question: Ask) -> tuple[Key, ...]:
    known = (question.known_id or "").strip()
    return (Key(kind="id", parameters=(("icecat_id", known),)),) if known else ()


def _by_gtin(question: Ask) -> tuple[Key, ...]:
    code = gtin14(question.gtin)
    if not code or is_restricted(code) or _is_press(code):
        return ()
    sent = shortest(code)
    first = Key(kind="gtin", parameters=(("GTIN", sent),))
    if len(sent) != 13 or sent[0] != "0":
        return (first,)
    return (first, Key(kind="gtin", parameters=(("GTIN", sent[1:]),), after_unknown=True))


def _by_code(question: Ask) -> tuple[Key, ...]:
    brand, number = (question.brand or "").strip(), (question.part_number or "").strip()
    if not (brand and number):
        return ()
    return (Key(kind="code", parameters=(("Brand", brand), ("ProductCode", number))),)


def _is_press(code: str) -> bool:
    return code[0] == "0" and code[1:4] in ("977", "978", "979")
