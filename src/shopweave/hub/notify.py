"""Telling people: what is stopped or held goes out at once, the rest in one message a day.

A message is marked as told after it went out, in one transaction. A process that dies between the two sends
it again: once more is possible, not at all is not. The repetition has the id of the first.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from shopweave.engine.cron import next_time
from shopweave.engine.port import Json, Schedule
from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration, HubError
from shopweave.model.finding import Finding, Severity
from shopweave.model.message import Message, Post
from shopweave.model.settings import HIDDEN
from shopweave.store import findings, notices
from shopweave.store.base import Tx
from shopweave.store.notices import News

RUN = "notify.tell"
EVERY_MINUTE, DAILY = "* * * * *", "0 7 * * *"
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
AT_ONCE = (Severity.STOPPED, Severity.HELD)
LONGEST = 25
_MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"'.,;:]+")


def cause_of(way: str) -> str:
    """Name the cause of messages that do not go out on this way."""
    return f"notify:{way}"


def is_due(one: News, now: datetime, zone: str) -> bool:
    """Say whether a finding goes out now: at once, or when the day's hour has come since it was met."""
    return one.finding.severity in AT_ONCE or next_time(DAILY, zone, one.since) <= now


def next_try(since: datetime, last: datetime) -> datetime:
    """Say when to try again after failures: the wait grows as long as the trouble lasts."""
    return last + min(LONGEST_WAIT, max(FIRST_WAIT, last - since))


def due(waiting: Sequence[News], way: str, now: datetime, zone: str) -> tuple[News, ...]:
    """Choose what goes into one message; a way does not tell of its own trouble."""
    found = [one for one in waiting if one.finding.cause != cause_of(way)]
    order = list(Severity)
    ripe = [one for one in found if is_due(one, now, zone)]
    return tuple(sorted(ripe, key=lambda one: (order.index(one.finding.severity), one.since, one.id)))


def compose(told: Sequence[News], now: datetime, base_url: str) -> Message:
    """Write one message about findings, in plain sentences, without anybody's mail address."""
    shown = tuple(_clean(one.finding) for one in told)
    names = "|".join(f"{one.finding.cause}@{one.since.isoformat()}" for one in told)
    link = f"{base_url.rstrip('/')}/findings" if base_url else ""
    lines = [_paragraph(one) for one in shown[:LONGEST]]
    if len(shown) > LONGEST:
        lines.append(f"{len(shown) - LONGEST} more.")
    return Message(
        id=hashlib.sha256(names.encode()).hexdigest()[:32],
        at=now,
        subject=_subject(shown),
        text="\n\n".join([*lines, f"See {link}" if link else "'shopweave findings' lists them."]) + "\n",
        link=link,
        findings=shown,
    )


def _subject(shown: Sequence[Finding]) -> str:
    first = shown[0].what.partition("\n")[0][:120]
    return f"Shopweave: {first}" if len(shown) == 1 else f"Shopweave: {first} And {len(shown) - 1} more."


def _paragraph(one: Finding) -> str:
    sentences = [one.what, one.why, one.doing, one.can_do]
    return " ".join(text.strip() for text in sentences if text.strip()) + f" ({one.code})"


def _clean(one: Finding) -> Finding:
    texts = {name: _MAIL.sub(HIDDEN, getattr(one, name)) for name in ("what", "why", "doing", "can_do")}
    about = tuple(_MAIL.sub(HIDDEN, name) for name in one.about)
    return Finding(
        code=one.code,
        cause=_MAIL.sub(HIDDEN, one.cause),
        severity=one.severity,
        connection=one.connection,
        flow=one.flow,
        count=one.count,
        about=about,
        **texts,
    )


async def tell(hub: Hub) -> int:
    """Send what is due on every way out; gives how many messages went."""
    sent = 0
    for post in hub.posts:
        sent += await _tell(hub, post)
    return sent


async def _tell(hub: Hub, post: Post) -> bool:
    waiting, stuck = await hub.store.read(partial(_look, post.name))
    now = hub.clock.now()
    told = due(waiting, post.name, now, hub.settings.time_zone)
    if not told or (stuck is not None and now < next_try(*stuck)):
        return False
    try:
        await post.send(compose(told, now, hub.settings.web.base_url))
    except HubError as error:
        found = failed(post.name, error)
        await hub.store.write(lambda tx: findings.report(tx, found))
        return False
    await hub.store.write(partial(_went, post.name, told))
    return True


def _look(way: str, tx: Tx) -> tuple[list[News], tuple[datetime, datetime] | None]:
    return notices.news(tx, way, (*AT_ONCE, Severity.NEEDS)), notices.trouble(tx, cause_of(way))


def _went(way: str, told: Sequence[News], tx: Tx) -> None:
    notices.mark_told(tx, way, told)
    findings.settle(tx, cause_of(way))


def failed(way: str, error: HubError) -> Finding:
    """Say that messages do not go out."""
    return Finding(
        code=error.code,
        cause=cause_of(way),
        severity=Severity.STOPPED,
        what=f"Messages by {way} do not go out. {error.what}",
        why="Nobody hears of what is stopped or held unless he looks.",
        doing="It is tried again after a minute, then ever more rarely, every 6 hours at least.",
        can_do=error.remedy or "Look at [notify] in the settings; 'shopweave notify test' tries it at once.",
    )


async def try_out(hub: Hub) -> tuple[tuple[str, HubError | None], ...]:
    """Send a test message on every way out; gives each with what went wrong."""
    if not hub.posts:
        raise Configuration(
            "The settings name nobody to tell.",
            code="CFG-130",
            remedy="Fill in [notify.email], or webhook in [notify].",
        )
    text = "This is a test. Findings that need you will come this way.\n"
    message = Message(id=hub.ids.new(), at=hub.clock.now(), subject="Shopweave: a test", text=text)
    return tuple([(post.name, await _tried(post, message)) for post in hub.posts])


async def _tried(post: Post, message: Message) -> HubError | None:
    try:
        await post.send(message)
    except HubError as error:
        return error
    return None


def register(hub: Hub) -> tuple[Schedule, ...]:
    """Let findings go out by the clock; gives the schedule, none where nobody is to be told."""
    if not hub.posts:
        return ()

    async def step(state: Json) -> Json:
        await tell(hub)
        return {**state, "done": True}

    hub.engine.register(RUN, step)
    return (Schedule(name=RUN, cron=EVERY_MINUTE, zone="UTC", run=RUN),)
