"""The kinds of work of a lane: they compete, and one transaction chooses what goes next."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from shopweave.lanes.choose import check_epoch
from shopweave.model.change import Urgency
from shopweave.model.errors import Fenced
from shopweave.store.base import Tx
from shopweave.store.lanes import LaneRow, Lease
from shopweave.store.ready import Head

AGEING = 600.0
Job = Callable[[], Awaitable[bool]]


class Held:
    """The lease of a turn while it is renewed; `deadline` is its end on the monotonic clock."""

    def __init__(self, lease: Lease, deadline: float) -> None:
        self.lease = lease
        self.deadline = deadline


def own(held: Held | None) -> Held:
    """Give the lease of a turn; raises `Fenced` where none has begun."""
    if held is None:
        raise Fenced
    return held


class Queue(Protocol):
    """One kind of work of one lane, for one turn; a job says False when the lane should rest."""

    def begin(self, tx: Tx, held: Held) -> None:
        """Work under this lease; what earlier owners of the lane left under way is in doubt from now on."""
        ...

    def look_up(self, tx: Tx) -> Job | None:
        """Choose something in doubt whose time to be looked up has come, and move that time on."""
        ...

    def heads(self, tx: Tx) -> Sequence[Head]:
        """Give the oldest of each urgency that could be sent now."""
        ...

    def choose(self, tx: Tx, lane: LaneRow, lease: Lease, head: Head) -> Job | None:
        """Choose what is sent with a head, and store its intents; None when nothing is left to send."""
        ...


def next_jobs(tx: Tx, lease: Lease, queues: Sequence[Queue], places: int, *, keeps_place: bool) -> list[Job]:
    """Choose what a lane does next in its free places, one after the other, and store the intents of all.

    With `keeps_place` the last of them is only for what is urgent.
    """
    lane = check_epoch(tx, lease)
    if lane.not_before is not None and lane.not_before > tx.now:
        return []
    jobs = _look_ups(tx, queues, places)
    heads: list[tuple[Queue, Head]] | None = None
    while not lane.stopped and len(jobs) < places:
        is_kept = keeps_place and len(jobs) == places - 1
        if is_kept and heads is not None and not any(_is_urgent(head) for _, head in heads):
            break
        heads = _heads(tx, queues)
        fitting = [one for one in heads if not is_kept or _is_urgent(one[1])]
        job = _best_job(tx, lane, lease, fitting)
        if job is None:
            break
        jobs.append(job)
    return jobs


def _is_urgent(head: Head) -> bool:
    return head.urgency < Urgency.REST


def _look_ups(tx: Tx, queues: Sequence[Queue], places: int) -> list[Job]:
    """Choose what is in doubt first, as long as there are places and something is due."""
    jobs: list[Job] = []
    for queue in queues:
        while len(jobs) < places and (job := queue.look_up(tx)) is not None:
            jobs.append(job)
    return jobs


def _heads(tx: Tx, queues: Sequence[Queue]) -> list[tuple[Queue, Head]]:
    heads = [(queue, head) for queue in queues for head in queue.heads(tx)]
    return sorted(heads, key=lambda one: rank(one[1], tx.now))


def _best_job(tx: Tx, lane: LaneRow, lease: Lease, heads: Sequence[tuple[Queue, Head]]) -> Job | None:
    for queue, head in heads:
        if (job := queue.choose(tx, lane, lease, head)) is not None:
            return job
    return None


def rank(head: Head, now: datetime) -> tuple[int, bool, datetime, int]:
    """Say where a head stands: by urgency, raised by waiting, never above stock down; then by age.

    One that gives way stands behind its equals until waiting has raised it.
    """
    risen = int((now - head.since).total_seconds() // AGEING)
    urgency = int(head.urgency)
    earned = urgency if head.urgency is Urgency.STOCK_DOWN else max(1, urgency - risen)
    return earned, head.gives_way and earned == urgency, head.since, head.id
