"""What is outside the hub: clocks, chance, and requests on their way to systems that may fail."""

import random
from asyncio import Future
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Protocol
from urllib.parse import urlsplit

from shopweave.model.errors import HubError, NoAnswer, NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Random
from shopweave.storms.loop import VirtualLoop
from shopweave.storms.scenario import FaultKind
from shopweave.storms.sight import Shown

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)

_PLAIN = {"content-type": "text/html"}
_KINDS = tuple(FaultKind)
Change = Callable[[HttpResponse], HttpResponse]


def chance(seed: int) -> Random:
    """Give chance that is the same for the same seed."""
    return random.Random(seed)  # noqa: S311 - storms are repeated, not guessed


class WorldClock:
    """The clock of one system; `ahead` seconds before the world's."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop, self.ahead = loop, 0.0

    def now(self) -> datetime:
        """Give this system's time."""
        return START + timedelta(seconds=self._loop.time() + self.ahead)

    def monotonic(self) -> float:
        """Give the loop's time."""
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        """Refuse: simulators do not wait."""
        raise NotImplementedError


class Skies(Protocol):
    """How rough a scenario is; times are in seconds."""

    @property
    def seed(self) -> int:
        """Give what everything is drawn from."""
        ...

    @property
    def fault_share(self) -> float:
        """Give the share of requests that fare badly."""
        ...

    @property
    def slow(self) -> float:
        """Give how long a statement that reads may take at most."""
        ...

    @property
    def hub_ahead(self) -> float:
        """Give how far the hub's clock is ahead."""
        ...


class Outside:
    """Everything outside the hub; it outlives every life of the hub.

    `until` is when faults end, `settles` when the last of what is under way will have happened.
    """

    def __init__(self, skies: Skies, loop: VirtualLoop, until: float) -> None:
        self.skies, self.loop, self.until = skies, loop, until
        self.settles = 0.0
        self.random = chance(skies.seed * 2 + 1)
        self.faults: Counter[str] = Counter()
        self.log: list[str] = []

    @property
    def slow(self) -> float:
        """Give how long a statement that reads may take now."""
        return self.skies.slow if self.loop.time() < self.until else 0.0

    @property
    def is_rough(self) -> bool:
        """Say whether faults may strike now."""
        return self.loop.time() < self.until and self.skies.fault_share > 0

    def send(self, request: HttpRequest, life: int) -> "Future[HttpResponse]":
        """Put a request on its way; it arrives whether its sender lives or not."""
        future: Future[HttpResponse] = self.loop.create_future()
        flight = Flight(self, request, life, future)
        kind = self.strikes_down(request) if self.is_rough else None
        if kind is not None:
            self.faults[kind.value] += 1
        self.departs(flight, request, struck=kind is not None)
        _COURSES[kind](flight)
        return future

    def departs(self, flight: "Flight", request: HttpRequest, *, struck: bool) -> None:
        """Note a request that departs."""

    def strikes_down(self, _: HttpRequest) -> FaultKind | None:
        """Draw what goes wrong with a request in the rough part, if anything."""
        return self.random.choice(_KINDS) if self.random.random() < self.skies.fault_share else None

    def left_open(self, goods: Mapping[str, Sequence[int]]) -> None:
        """Note what a life that ends or stands still had written ahead, by place: sent or not."""

    def absent(self, begins: float, ends: float) -> None:
        """Note that the hub was away."""

    def strikes(self, place: str) -> bool:
        """Say whether the database of a place is away for this transaction."""
        _ = place
        struck = self.is_rough and self.random.random() < self.skies.fault_share / 3
        self.faults["till away"] += struck
        return struck

    def seconds(self, request: HttpRequest) -> float:
        """Give the time a system takes for a request, as measured at the real one."""
        raise NotImplementedError

    def handle(self, request: HttpRequest, sent: float) -> tuple[HttpResponse, Shown]:
        """Let a system answer; gives what the answer shows too."""
        raise NotImplementedError

    def delivered(self, request: HttpRequest, shown: Shown, life: int) -> None:
        """Note what an answer showed to a life."""
        raise NotImplementedError

    def ended(self, life: int) -> None:
        """Note that a life ended or stands still."""
        raise NotImplementedError

    def lost_since(self, moment: float) -> None:
        """Note that a power cut took back what was stored since."""
        raise NotImplementedError

    def note(self, request: HttpRequest, outcome: str) -> None:
        """Write a line of the log that must be the same in every process."""
        digest = blake2b(request.url.encode() + request.body, digest_size=6).hexdigest()
        parts = urlsplit(request.url)
        place = f"{request.method} {parts.netloc}{parts.path}"
        self.log.append(f"{self.loop.time():.6f} {place} {digest} {outcome}")


class Flight:
    """One request on its way; `ends` is when, as far as known, the last of it will have happened."""

    def __init__(
        self, world: "Outside", request: HttpRequest, life: int, future: "Future[HttpResponse]"
    ) -> None:
        self.world, self.request, self.life, self.future = world, request, life, future
        self.sent = self.ends = world.loop.time()
        self.takes = world.seconds(request)

    def later(self, seconds: float, act: Callable[..., None], *values: object) -> None:
        """Let something happen later; the world's own doing, whoever sent the request."""
        self.ends = max(self.ends, self.world.loop.time() + seconds)
        self.world.settles = max(self.world.settles, self.ends)
        self.world.loop.call_later(seconds, act, *values)

    def arrive(self) -> tuple[HttpResponse, Shown]:
        """Have its effect."""
        answer, shown = self.world.handle(self.request, self.sent)
        self.world.note(self.request, f"of {self.life} effect {answer.status}")
        return answer, shown

    def lands(self) -> None:
        """Have its effect without anybody hearing of it."""
        self.arrive()

    def deliver(self, answer: HttpResponse, shown: Shown | None = None) -> None:
        """Give the answer to who still waits for it."""
        if self.future.done():
            return
        if shown is not None:
            self.world.delivered(self.request, shown, self.life)
        self.future.set_result(answer)

    def fail(self, error: HubError) -> None:
        """Let the request fail."""
        self.world.note(self.request, f"of {self.life} {type(error).__name__}")
        if not self.future.done():
            self.future.set_exception(error)

    def draw(self, least: float, most: float) -> float:
        """Draw a time."""
        return self.world.random.uniform(least, most)

    def coin(self) -> bool:
        """Toss a coin."""
        return self.world.random.random() < 0.5

    def answer_after(self, wait: float, rest: float, change: Change | None = None) -> None:
        """Arrive after `wait`, and be answered `rest` later; a changed answer shows nothing."""

        def arrived() -> None:
            answer, shown = self.arrive()
            if change is None:
                self.later(rest, self.deliver, answer, shown)
            else:
                self.later(rest, self.deliver, change(answer))

        self.later(wait, arrived)


def _well(flight: Flight) -> None:
    flight.answer_after(flight.takes * 0.6, flight.takes * 0.4)


def _slow(flight: Flight) -> None:
    flight.answer_after(flight.takes + flight.draw(5.0, 40.0), 0.1)


def _stale(flight: Flight) -> None:
    flight.answer_after(flight.takes * 0.5, flight.draw(5.0, 28.0))


def _limited(flight: Flight) -> None:
    wait = int(flight.draw(3, 20))
    headers = {"content-type": "application/json", "retry-after": str(wait)}
    answer = HttpResponse(status=429, headers=headers, body=b'{"code":"too_many","message":"Slow down."}')
    flight.later(flight.takes, flight.deliver, answer)
    flight.ends += wait


def _broken(flight: Flight) -> None:
    answer = HttpResponse(status=503 if flight.coin() else 504, headers=_PLAIN, body=b"<h1>Oops</h1>")
    if answer.status == 504:
        flight.answer_after(flight.takes, 0.5, lambda _: answer)
    else:
        flight.later(flight.takes, flight.deliver, answer)


def _cut_before(flight: Flight) -> None:
    error: HubError = NotSent() if flight.coin() else NoAnswer()
    flight.later(flight.takes, flight.fail, error)


def _cut_after(flight: Flight) -> None:
    flight.later(flight.takes * 0.5, flight.lands)
    flight.later(flight.takes, flight.fail, NoAnswer())


def _late(flight: Flight) -> None:
    gone = flight.draw(0.5, 20.0)
    flight.later(gone, flight.fail, NoAnswer())
    flight.later(gone + flight.draw(2.0, 110.0), flight.lands)


def _truncated(flight: Flight) -> None:
    def half(answer: HttpResponse) -> HttpResponse:
        return HttpResponse(
            status=answer.status, headers=answer.headers, body=answer.body[: len(answer.body) // 2]
        )

    flight.answer_after(flight.takes, 0.2, half)


def _html(flight: Flight) -> None:
    answer = HttpResponse(status=200, headers=_PLAIN, body=b"<html>Checking your browser</html>")
    if flight.coin():
        flight.answer_after(flight.takes, 0.2, lambda _: answer)
    else:
        flight.later(flight.takes, flight.deliver, answer)


_COURSES: dict[FaultKind | None, Callable[[Flight], None]] = {
    None: _well,
    FaultKind.SLOW: _slow,
    FaultKind.STALE: _stale,
    FaultKind.LIMITED: _limited,
    FaultKind.BROKEN: _broken,
    FaultKind.CUT_BEFORE: _cut_before,
    FaultKind.CUT_AFTER: _cut_after,
    FaultKind.LATE: _late,
    FaultKind.TRUNCATED: _truncated,
    FaultKind.HTML: _html,
}
