"""Units sold that were not there: which of them no delay but the hub's own explains.

A channel must count what it sold itself, and what was sold elsewhere once its time is over: the source made
it readable (by a callback that was accepted, else at its interval), and then two seconds passed, and a batch
that held the very good and was under way to the channel came back. Time in which source, channel or hub were
away by the script does not count, nor how long who failed is left alone. What comes back counts at once. A
unit that was not there is unexcused if even so nothing was left to sell. Nothing the hub measures enters.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from shopweave.storms.trade.demand import COUNTER
from shopweave.storms.trade.facts import HUB, Facts, Move, Raise, Span
from shopweave.storms.trade.scenario import INTERVAL, Master

HASTE = 2.0
# How long who failed once is left alone, a little spread; each further failure in a row doubles it.
BACKOFF, ROW = 5.0 * 1.25, 60.0
# A batch as the simulators take for one, and how long the orders may have been read before it left.
BATCH, READ_BEFORE = 1.0, 3.0
NEVER = float("inf")


class Oversold(Struct, frozen=True, kw_only=True):
    """Units that were sold and not there: each that nothing excuses, named, and how many of the others."""

    unexcused: tuple[str, ...] = ()
    excused: int = 0


def oversold(facts: Facts) -> Oversold:
    """Go through all sales of a storm."""
    named: list[str] = []
    excused = 0
    for place, sale in enumerate(facts.moves):
        if not sale.is_sale:
            continue
        before = [one for one in facts.moves[:place] if one.good == sale.good]
        there = facts.shelves[sale.good] + sum(one.delta for one in before)
        over = min(-sale.delta, max(0, -sale.delta - max(0, there)))
        left = max(0, _known(facts, sale, before)) if over else 0
        blamed = min(over, max(0, -sale.delta - left))
        excused += over - blamed
        named += [f"{sale.good} at {sale.place} at {sale.at:.1f} s"] * blamed
    return Oversold(unexcused=tuple(named), excused=excused)


def _known(facts: Facts, sale: Move, before: Sequence[Move]) -> int:
    """Give what the place of a sale must have known to be left."""
    at, where = sale.at, sale.place
    if where == COUNTER and facts.scenario.master is Master.BOOKED_ELSEWHERE:
        return -sale.delta
    known, swallowed = facts.shelves[sale.good], 0
    for one in before:
        if one.delta > 0:
            # A level never stands below nothing: what comes back there is seen in full until it is put right.
            late = _after(facts, readable(facts, one), (where, HUB), one.good, where)
            swallowed += min(one.delta, max(0, -known)) if one.place == where and at < late else 0
        if one.delta > 0 or _deadline(facts, one, where) <= at:
            known += one.delta
    return max(known + swallowed, _by_hand(facts, sale, before))


def _by_hand(facts: Facts, sale: Move, before: Sequence[Move]) -> int:
    """Give what staff made the place of a sale show, less what it sold since, until that is put right.

    The hub must see it at its interval; what it writes there before that puts it right too.
    """
    at, where, good = sale.at, sale.place, sale.good
    shown = 0
    for one in facts.hands:
        due = _after(facts, one.at + INTERVAL, (where, HUB), good, where)
        if (one.place, one.good) != (where, good) or not one.at <= at < due or _is_written(facts, one, at):
            continue
        own = sum(move.delta for move in before if move.place == where and move.at > one.at)
        shown = max(shown, one.level + own)
    return shown


def _is_written(facts: Facts, raised: Raise, until: float) -> bool:
    """Say whether a good was surely written at its shop between a raise and a time."""
    return any(
        one.place == raised.place
        and raised.good in one.goods
        and not one.struck
        and raised.at < one.flight.sent
        and one.flight.ends <= until
        for one in facts.trips
    )


def _deadline(facts: Facts, move: Move, channel: str) -> float:
    """Give until when a channel may show what a move took."""
    if move.place != channel:
        return _after(facts, readable(facts, move), (move.place, channel, HUB), move.good, channel)
    under_way = [
        one.flight.ends
        for one in facts.trips
        if one.place == channel
        and move.good in one.goods
        and one.flight.sent - READ_BEFORE <= move.at <= one.flight.ends
    ]
    return _after(facts, max(under_way), (channel, HUB), move.good, channel) if under_way else move.at


def readable(facts: Facts, move: Move) -> float:
    """Give when a source had made a move readable: by a callback that was accepted, else at its interval."""
    told = (
        at
        for place, order, at in facts.heard
        if (place, order) == (move.place, move.order) and at >= move.at and order
    )
    return min((*told, move.at + INTERVAL))


def _after(facts: Facts, moment: float, places: Sequence[str], good: str, channel: str) -> float:
    """Give when the time is over that is allowed from a moment on."""
    busy = any(
        one.place == channel and good in one.goods and one.flight.sent <= moment <= one.flight.ends
        for one in facts.trips
    )
    left = HASTE + (BATCH if busy else 0.0)
    for begins, ends in _joined(_blocked(facts, places)):
        if ends <= moment:
            continue
        if begins >= moment + left:
            break
        left -= max(0.0, begins - moment)
        moment = ends
    return moment + left


def _blocked(facts: Facts, places: Sequence[str]) -> Iterator[Span]:
    yield from (one for one in facts.away if one.place in places)
    for place in places:
        struck = [one.flight for one in facts.trips if one.struck and one.place == place]
        for number, one in enumerate(struck):
            row = sum(one.sent - other.sent < ROW for other in struck[:number])
            yield Span(place=place, begins=one.sent, ends=one.ends + BACKOFF * 2**row)


def _joined(spans: Iterable[Span]) -> Iterator[tuple[float, float]]:
    begins = ends = -1.0
    for one in sorted(spans, key=lambda one: one.begins):
        if one.begins > ends:
            if ends >= 0:
                yield begins, ends
            begins, ends = one.begins, one.ends
        ends = max(ends, one.ends)
    if ends >= 0:
        yield begins, ends
