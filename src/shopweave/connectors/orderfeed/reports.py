"""What a receiver says of the orders it has."""

import msgspec
from msgspec import Struct

from shopweave.connector.orders import Progress
from shopweave.model.errors import NoAnswer

ASKED_AT_ONCE = 100


class Report(Struct, frozen=True, kw_only=True):
    """One order as a receiver reports it."""

    reference: str = ""
    tracking: str | int = ""


class Reports(Struct, frozen=True, kw_only=True):
    """The answer of a receiver that was asked about several."""

    orders: tuple[Report, ...]


def progress(reference: str, tracking: object) -> Progress:
    """Give what is known of one order."""
    return Progress(reference=reference, tracking="" if tracking is None else str(tracking))


def read_reports(body: bytes) -> tuple[Progress, ...]:
    """Read an answer about several orders; raises `NoAnswer` for anything else."""
    try:
        found = msgspec.json.decode(body, type=Reports)
    except msgspec.MsgspecError as error:
        raise NoAnswer(
            "The receiver did not say how far orders are in the way it is asked to.",
            code="ORD-013",
            remedy='It answers {"orders": [{"reference": "…", "tracking": "…"}]}.',
        ) from error
    return tuple(progress(one.reference, one.tracking) for one in found.orders)


def read_report(reference: str, body: bytes) -> Progress | None:
    """Read a file about one order; None for what is none, so that the others are read."""
    try:
        return progress(reference, msgspec.json.decode(body, type=Report).tracking)
    except msgspec.MsgspecError:
        return None
