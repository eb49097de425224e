"""Findings: things a person should know, one per cause."""

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How much a finding wants a person."""

    STOPPED = "stopped"
    HELD = "held"
    NEEDS = "needs you"
    NOTE = "note"


class Finding(Struct, frozen=True, kw_only=True):
    """One cause on one connection or flow, with what it touches.

    `cause` is the identity: the same cause is one finding with a count. `about` names the things
    concerned (SKUs, GTINs), at most 50. No address of a buyer and no secret ever stands in it.
    """

    code: str
    cause: str
    severity: Severity
    what: str
    why: str = ""
    doing: str = ""
    can_do: str = ""
    connection: str = ""
    flow: str = ""
    count: int = 1
    about: tuple[str, ...] = ()
