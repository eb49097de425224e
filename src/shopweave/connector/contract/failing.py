"""Cases about credentials, outages, and texts that must not hold secrets."""

import base64
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote, quote_plus

from shopweave.connector.contract.case import Breach, Case, need
from shopweave.connector.contract.faults import SQL_FAULTS, Fault
from shopweave.connector.contract.ground import Ground
from shopweave.connector.contract.writing import sample
from shopweave.connector.roles import (
    CheckLine,
    Checks,
    Enriches,
    ReadsRecords,
    ServesPictures,
    WritesLevels,
    WritesRecords,
)
from shopweave.model.errors import (
    BrokenData,
    Configuration,
    HubError,
    Limited,
    NoAnswer,
    NotSent,
    Unavailable,
)
from shopweave.model.record import Kind
from shopweave.model.values import UNKNOWN

_FLAT = (NotSent, Limited)
_CODED = re.compile(r"[A-Za-z0-9+/]{8,}")


async def caught(work: Awaitable[object]) -> HubError | None:
    """Give the error that comes of this; any other than a `HubError` breaks the contract."""
    try:
        await work
    except HubError as error:
        return error
    except Exception as error:
        need(kept=False, sentence=f"an error of no branch comes out: {type(error).__name__}: {error}")
        raise
    return None


def reading(ground: Ground, connection: Any) -> Awaitable[object]:
    """Read something, the way the connector can."""
    if isinstance(connection, ReadsRecords) and ground.capabilities.feeds:
        feed = next(iter(ground.samples.feeds), ground.capabilities.feeds[0].name)
        return connection.page(feed, "", sweep=True)
    if isinstance(connection, Enriches) and ground.samples.question is not None:
        return connection.ask(ground.samples.question)
    raise LookupError("there is nothing this connector could read")


def writing(ground: Ground, connection: Any) -> Awaitable[object]:
    """Write something, the way the connector can."""
    if isinstance(connection, WritesRecords) and ground.samples.create is not None:
        write = sample(ground, "create")
        return connection.write(write.kind, (write,), not_after=None)
    if isinstance(connection, WritesLevels) and ground.samples.level is not None:
        levels = {_key(ground): ground.samples.level}
        return connection.write_levels(ground.samples.level_kind, levels, not_after=None)
    raise LookupError("there is nothing this connector could write")


def _key(ground: Ground) -> str:
    return ground.people.fill(ground.samples.feeds[0], 1)[0]


def read_branch(fault: Fault) -> type[HubError]:
    """Say what a read that met a fault must raise; it had no effect in any case."""
    return {Fault.NOT_SENT: NotSent, Fault.LIMITED: Limited}.get(fault, Unavailable)


def write_branch(fault: Fault) -> type[HubError]:
    """Say what a write that met a fault must raise: whether it may have had an effect is all that counts."""
    return {Fault.NOT_SENT: NotSent, Fault.LIMITED: Limited}.get(fault, NoAnswer)


async def _read_fault(fault: Fault, ground: Ground) -> None:
    connection, met = ground.faulty(fault)
    error = await caught(reading(ground, connection))
    need(met() > 0, "the read went another way than through its doors")
    branch = read_branch(fault)
    need(isinstance(error, branch), f"a read that {fault} raises {_named(error)}, not {branch.__name__}")
    _told(error)


async def _write_fault(fault: Fault, ground: Ground) -> None:
    connection, met = ground.faulty(fault, writes_only=True)
    error = await caught(writing(ground, connection))
    need(met() == 1, f"a write that {fault} was sent {met()} times")
    branch = write_branch(fault)
    need(isinstance(error, branch), f"a write that {fault} raises {_named(error)}, not {branch.__name__}")
    need(branch in _FLAT or not isinstance(error, _FLAT), "a write in doubt counts as not sent")
    _told(error)


def _named(error: HubError | None) -> str:
    return "nothing" if error is None else type(error).__name__


def _told(error: HubError | None) -> None:
    if error is None:
        return
    need(error.code, "an error has no code")
    need(len(error.what) > 1, "an error has no sentence")
    need(not isinstance(error, Limited) or error.wait > 0, "a pause of no length")


async def _credentials(ground: Ground) -> None:
    for wrong in ground.samples.wrong:
        connection = ground.connect(**wrong)
        error = await caught(reading(ground, connection))
        need(isinstance(error, Configuration), f"wrong credentials raise {_named(error)}")
        need(error is not None and error.remedy, "wrong credentials have no remedy")
        if isinstance(connection, Checks):
            bad = [line for line in await _checked(connection) if not line.ok and line.blocks]
            need(bad, "a check with wrong credentials finds nothing")
            need(all(line.what and line.remedy and line.code for line in bad), "a finding of a check is mute")


async def _check(ground: Ground) -> None:
    before = {kind: ground.hands.count(kind) for kind in _kinds(ground)} if ground.hands else {}
    lines = await _checked(ground.connect())
    need(lines, "a check says nothing")
    need(all(line.ok or not line.blocks for line in lines), f"a good connection fails: {lines!r}")
    for fault in _faults(ground):
        bad = await _checked(ground.faulty(fault)[0])
        need(any(not line.ok for line in bad), f"a check that {fault} finds nothing")
    after = {kind: ground.hands.count(kind) for kind in _kinds(ground)} if ground.hands else {}
    need(before == after, "a check changed something")


async def _checked(connection: Checks) -> tuple[CheckLine, ...]:
    try:
        return await connection.check()
    except HubError as error:
        raise Breach(f"a check raises {_named(error)} where it should say what is wrong") from error


def _kinds(ground: Ground) -> tuple[Kind, ...]:
    return tuple(write.kind for write in ground.capabilities.writes if write.creates)


async def _secrets(ground: Ground) -> None:
    """Look into every error there is, its cause and context included, for every form of every secret."""
    for wrong in (dict[str, Any](), *map(dict[str, Any], ground.samples.wrong)):
        for fault in (None, *_faults(ground)):
            connection, _ = ground.faulty(fault, **wrong)
            error = await caught(reading(ground, connection))
            lines = await _checked(connection) if isinstance(connection, Checks) else ()
            texts = [*_texts(error), *(f"{line!r}" for line in lines), repr(connection)]
            for secret in _given(ground, wrong):
                need(not any(holds(text, secret) for text in texts), f"a secret is told: {secret[:2]}…")


def _faults(ground: Ground) -> tuple[Fault, ...]:
    return tuple(Fault) if _speaks_http(ground) else SQL_FAULTS


def _speaks_http(ground: Ground) -> bool:
    return any(option.name == "url" for option in ground.connector.options)


def _texts(error: BaseException | None) -> Iterator[str]:
    while error is not None:
        yield f"{error} {error!r} {error.args!r} {vars(error)!r}"
        error = error.__cause__ or error.__context__


def _given(ground: Ground, wrong: Any) -> Iterator[str]:
    names = [option.name for option in ground.connector.options if option.kind == "secret"]
    yield from ground.secrets
    yield from (str(wrong[name]) for name in names if wrong.get(name))


def holds(text: str, secret: str) -> bool:
    """Say whether a text holds a secret: plain, encoded for URLs, or anywhere inside base64."""
    if any(form in text for form in (secret, quote(secret, safe=""), quote_plus(secret))):
        return True
    return any(secret.encode() in raw for word in _CODED.findall(text) for raw in _decoded(word))


def _decoded(word: str) -> Iterator[bytes]:
    for start in range(4):
        part = word[start:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield base64.b64decode(part + "=" * (-len(part) % 4))


async def _pictures(ground: Ground) -> None:
    connection, picture = ground.connect(), ground.samples.picture
    if picture is None:
        raise LookupError("there is no picture")
    found = await connection.picture(picture)
    need(found.content, "a picture is empty")
    need(found.media_type.startswith("image/"), f"a picture is of type {found.media_type}")
    need((await connection.picture(picture)) == found, "the same reference gives another picture")


async def _no_picture(ground: Ground) -> None:
    connection, picture = ground.connect(), ground.samples.no_picture
    if picture is None:
        raise LookupError("there is no missing picture")
    error = await caught(connection.picture(picture))
    need(isinstance(error, BrokenData), f"a picture that is gone raises {_named(error)}")


async def _known(ground: Ground) -> None:
    answer = await ground.connect().ask(ground.samples.question)
    need(hasattr(answer, "record"), f"the sample question has no answer: {answer!r}")
    known = set(ground.capabilities.atoms)
    need(set(answer.record.atoms) <= known, "a sheet holds atoms that were not declared")
    need(answer.record.level == UNKNOWN, "a provider of content speaks of stock")


async def _unknown(ground: Ground) -> None:
    answer = await ground.connect().ask(ground.samples.unknown)
    need(hasattr(answer, "outcome"), "an unknown product has a sheet")
    need(answer.outcome and answer.what, "nobody says why there is no sheet")


_PICTURES = (ServesPictures,)


def _faulted(title: str, run: Callable[[Fault, Ground], Awaitable[None]], given: str) -> Iterator[Case]:
    for fault in Fault:
        speaks = "" if fault in SQL_FAULTS else "http"
        yield Case(name=f"{title} {fault}", run=partial(run, fault), samples=(given,), speaks=speaks)


CASES = (
    *_faulted("a read that", _read_fault, "reads"),
    *_faulted("a write that", _write_fault, "writes"),
    Case(name="wrong credentials are a matter of settings", run=_credentials, samples=("wrong", "reads")),
    Case(name="a check passes, finds faults, changes nothing", run=_check, roles=(Checks,)),
    Case(name="no error holds a secret", run=_secrets, samples=("reads",)),
    Case(name="a picture can be read", run=_pictures, roles=_PICTURES, samples=("picture",)),
    Case(
        name="a picture that is gone is no outage",
        run=_no_picture,
        roles=_PICTURES,
        samples=("no_picture",),
    ),
    Case(name="a known product has a sheet", run=_known, roles=(Enriches,), samples=("question",)),
    Case(name="an unknown product has a reason", run=_unknown, roles=(Enriches,), samples=("unknown",)),
)
