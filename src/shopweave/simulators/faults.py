"""Fault switches: how requests and callbacks may fare on their way, as values."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, structs

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock, Random

Handle = Callable[[HttpRequest], HttpResponse]
_PLAIN = {"content-type": "text/html; charset=UTF-8"}
_JSON = {"content-type": "application/json; charset=UTF-8"}


class FaultKind(StrEnum):
    """What may happen to a request, to a callback, or around them."""

    SLOW = "slow"
    LIMITED = "429"
    BROKEN = "5xx"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    LATE = "late commit"
    TRUNCATED = "truncated"
    HTML = "html"
    STALE = "hidden"
    SHIFTING = "shifting"
    DOUBLED = "doubled"
    LOST = "lost"


CALLBACKS = (FaultKind.DOUBLED, FaultKind.LOST)


class Faults(Struct, frozen=True, kw_only=True):
    """How often each kind strikes, and what is wrong all the time.

    `scale` shortens the waiting times; `skew` is how far the system's clock is ahead, `lag` how long lists
    show what was before, all in seconds.
    """

    shares: Mapping[FaultKind, float] = {}
    scale: float = 1.0
    skew: float = 0.0
    lag: float = 0.0


class Course(Struct, frozen=True, kw_only=True):
    """What becomes of one request: it arrives after `before`, its answer comes `after` that.

    `late`: it arrives that long after the connection was cut.
    """

    kind: FaultKind | None = None
    before: float = 0.0
    arrives: bool = True
    after: float = 0.0
    late: float | None = None
    cut: bool = False
    instead: HttpResponse | None = None
    half: bool = False

    def seen(self, answer: HttpResponse) -> HttpResponse:
        """Give what the client sees of an answer."""
        found = self.instead or answer
        return structs.replace(found, body=found.body[: len(found.body) // 2]) if self.half else found


class Cut(Exception):
    """The connection ends without an answer."""


def drawn(faults: Faults, random: Random, *, callbacks: bool = False) -> FaultKind | None:
    """Draw what strikes next, if anything."""
    draw, limit = random.random(), 0.0
    for kind, share in faults.shares.items():
        if (kind in CALLBACKS) is callbacks:
            limit += share
            if draw < limit:
                return kind
    return None


def course(kind: FaultKind | None, random: Random, scale: float = 1.0) -> Course:
    """Say what becomes of a request that a fault strikes."""

    def seconds(least: float, most: float) -> float:
        return random.uniform(least, most) * scale

    if kind is FaultKind.BROKEN:
        return _broken(random)
    plain = _PLAIN_COURSES.get(kind)
    if plain is not None:
        return plain
    match kind:
        case FaultKind.SLOW:
            return Course(kind=kind, before=seconds(5, 40))
        case FaultKind.STALE:
            return Course(kind=kind, after=seconds(5, 28))
        case FaultKind.LIMITED:
            return Course(kind=kind, arrives=False, instead=_limited(random.randint(1, 20)))
        case FaultKind.LATE:
            return Course(kind=kind, arrives=False, late=seconds(2, 110), cut=True)
        case FaultKind.HTML:
            return Course(kind=kind, arrives=random.random() < 0.5, instead=_CHECKING)
    return Course(kind=kind)


_CHECKING = HttpResponse(status=200, headers=_PLAIN, body=b"<html>Checking your browser</html>")
_PLAIN_COURSES: Mapping[FaultKind | None, Course] = {
    FaultKind.CUT_BEFORE: Course(kind=FaultKind.CUT_BEFORE, arrives=False, cut=True),
    FaultKind.CUT_AFTER: Course(kind=FaultKind.CUT_AFTER, cut=True),
    FaultKind.TRUNCATED: Course(kind=FaultKind.TRUNCATED, half=True),
}


def _limited(seconds: int) -> HttpResponse:
    headers = {**_JSON, "retry-after": str(seconds)}
    return HttpResponse(status=429, headers=headers, body=b'{"code":"too_many","message":"Slow down."}')


def _broken(random: Random) -> Course:
    """Break before the effect (503) or after it (504, 502)."""
    status = random.choice((502, 503, 504))
    page = HttpResponse(status=status, headers=_PLAIN, body=b"<h1>Service Unavailable</h1>")
    return Course(kind=FaultKind.BROKEN, arrives=status != 503, instead=page)


class Skewed:
    """A clock that goes ahead of another one, or behind it."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock, self._ahead = clock, timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Give the time of this clock."""
        return self._clock.now() + self._ahead

    def monotonic(self) -> float:
        """Give the loop's time."""
        return self._clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait on the loop's clock."""
        await self._clock.sleep(seconds)


class Flights:
    """Requests on their way to a simulator, under faults; effects that come late come in their own time."""

    def __init__(
        self,
        handle: Handle,
        clock: Clock,
        random: Random,
        *,
        faults: Faults | None = None,
        stir: Callable[[], None] | None = None,
    ) -> None:
        self._handle, self._clock, self._random, self._stir = handle, clock, random, stir
        self.faults = faults or Faults()
        self.struck: dict[str, int] = {}
        self._late: set[asyncio.Task[None]] = set()

    async def fly(self, request: HttpRequest) -> HttpResponse:
        """Bring a request there and its answer back; raises `Cut` when the connection ends before."""
        kind = drawn(self.faults, self._random)
        way = course(kind, self._random, self.faults.scale)
        if kind is not None:
            self.struck[kind.value] = self.struck.get(kind.value, 0) + 1
        if way.late is not None:
            task = asyncio.ensure_future(self._arrive_late(request, way.late))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        if way.before:
            await self._clock.sleep(way.before)
        answer = self._handle(request) if way.arrives else HttpResponse(status=503)
        if kind is FaultKind.SHIFTING and self._stir is not None and request.method == "GET":
            self._stir()
        if way.cut:
            raise Cut
        if way.after:
            await self._clock.sleep(way.after)
        return way.seen(answer)

    async def _arrive_late(self, request: HttpRequest, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._handle(request)

    async def land(self) -> None:
        """Drop what is still to arrive."""
        for task in tuple(self._late):
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)


def read_faults(texts: tuple[str, ...]) -> Faults:
    """Read `KIND=SHARE` texts; `skew` and `lag` take seconds. Raises ValueError with what is wrong."""
    shares: dict[FaultKind, float] = {}
    found = Faults()
    names = {kind.value.replace(" ", "-"): kind for kind in FaultKind}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            raise ValueError(f"'{text}' is not KIND=NUMBER") from None
        if name in ("skew", "lag"):
            found = structs.replace(found, **{name: number})
        elif name not in names:
            raise ValueError(f"'{name}' is none of {', '.join((*names, 'skew', 'lag'))}")
        elif not 0 <= number <= 1:
            raise ValueError(f"the share of '{name}' must be between 0 and 1")
        else:
            shares[names[name]] = number
    return structs.replace(found, shares=shares)
