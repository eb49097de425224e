"""The kinds of work of a lane: they compete, and one transaction chooses what goes next."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from shopweave.lanes.choose import check_epoch
from shopweave.model.change import Urgency
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


class Queue(Protocol):
    """One kind of work of one lane, for one turn; a job says False when the lane should rest."""

    async def begin(self, held: Held) -> None:
        """Work under this lease."""
        ...

    def doubt_orphans(self, tx: Tx, lease: Lease) -> None:
        """Put in doubt what earlier owners of the lane left under way."""
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
    jobs: list[Job] = []
    if lane.not_before is not None and lane.not_before > tx.now:
        return jobs
    while len(jobs) < places:
        urgent_only = keeps_place and len(jobs) == places - 1
        job = _next_job(tx, lane, lease, queues, urgent_only=urgent_only)
        if job is None:
            break
        jobs.append(job)
    return jobs


def _next_job(
    tx: Tx, lane: LaneRow, lease: Lease, queues: Sequence[Queue], *, urgent_only: bool
) -> Job | None:
    for queue in queues:
        if (job := queue.look_up(tx)) is not None:
            return job
    return None if lane.stopped else _best_job(tx, lane, lease, queues, urgent_only=urgent_only)


def _best_job(
    tx: Tx, lane: LaneRow, lease: Lease, queues: Sequence[Queue], *, urgent_only: bool
) -> Job | None:
    heads = [
        (queue, head)
        for queue in queues
        for head in queue.heads(tx)
        if not urgent_only or head.urgency < Urgency.REST
    ]
    for queue, head in sorted(heads, key=lambda one: rank(one[1], tx.now)):
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
