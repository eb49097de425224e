"""Absorption: when a master's level is known to contain a booking."""

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from shopweave.model.movement import Booking, Reading, Stage, Witness
from shopweave.model.values import UNKNOWN

_SETTLED = (Stage.ABSORBED, Stage.VOID)


class Contains(StrEnum):
    """Whether a level contains a booking."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


class Absorption(Struct, frozen=True, kw_only=True):
    """The level that counts now and the bookings after it; `again` = read that item once more."""

    on_hand: Reading | None
    bookings: tuple[Booking, ...]
    again: bool = False


def absorb(
    witness: Witness, stored: Reading | None, bookings: Sequence[Booking], read: Reading
) -> Absorption:
    """Take a level that was read, with the bookings it contains, or leave everything as it was.

    `bookings` are those of the level's item and warehouse.
    """
    unchanged = Absorption(on_hand=stored, bookings=tuple(bookings))
    if read.level == UNKNOWN:
        return unchanged
    if not follows(stored, read):
        return replace(unchanged, again=True)
    found = [contains(witness, booking, read) for booking in bookings]
    if Contains.UNCLEAR in found:
        return replace(unchanged, again=True)
    pairs = zip(bookings, found, strict=True)
    return Absorption(on_hand=read, bookings=tuple(_after(booking, has) for booking, has in pairs))


def absorb_answer(
    stored: Reading | None, bookings: Sequence[Booking], references: Collection[str], answer: Reading
) -> Absorption:
    """Take the level that an answer carries (witness *level*), with it all that the request booked.

    An answer to something that is settled already changes nothing; one whose level cannot be placed in
    order acknowledges the booking, and a later reading absorbs it.
    """
    live = [one for one in bookings if one.movement.reference in references and one.stage not in _SETTLED]
    if not live:
        return Absorption(on_hand=stored, bookings=tuple(bookings))
    known = [
        replace(one, stage=Stage.ACKNOWLEDGED, began=answer.began, ended=answer.ended) if one in live else one
        for one in bookings
    ]
    others = [
        Contains.YES if one.movement.reference in references else contains(Witness.LEVEL, one, answer)
        for one in known
    ]
    if answer.level == UNKNOWN or not follows(stored, answer) or Contains.UNCLEAR in others:
        return Absorption(on_hand=stored, bookings=tuple(known), again=True)
    pairs = zip(known, others, strict=True)
    return Absorption(on_hand=answer, bookings=tuple(_after(one, has) for one, has in pairs))


def perhaps_not_in(reading: Reading, bookings: Iterable[Booking]) -> list[Booking]:
    """Give the bookings that a reading may not contain: those of which nobody knows count as in doubt.

    One that was answered since is taken as contained.
    """
    found: list[Booking] = []
    for one in bookings:
        has = contains(Witness.LEVEL, one, reading)
        if has is Contains.NO:
            found.append(one)
        elif has is Contains.UNCLEAR and one.stage is not Stage.ACKNOWLEDGED:
            found.append(replace(one, stage=Stage.IN_DOUBT))
    return found


def follows(stored: Reading | None, read: Reading) -> bool:
    """Say whether a reading began after the one that counts had ended."""
    return stored is None or read.began > stored.ended


def contains(witness: Witness, booking: Booking, read: Reading) -> Contains:
    """Say whether a reading contains a booking; a snapshot of a *level* master goes by request order."""
    if booking.stage in _SETTLED:
        return Contains.NO
    if witness is Witness.LOG_POSITION:
        return Contains.YES if booking.movement.reference in read.seen else Contains.NO
    if booking.stage is Stage.OPEN:
        return Contains.NO
    if booking.began is not None and read.ended < booking.began:
        return Contains.NO
    known = booking.stage is Stage.ACKNOWLEDGED and booking.ended is not None
    return Contains.YES if known and read.began > (booking.ended or 0) else Contains.UNCLEAR


def _after(booking: Booking, has: Contains) -> Booking:
    return replace(booking, stage=Stage.ABSORBED) if has is Contains.YES else booking
