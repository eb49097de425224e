"""Cases about writes, doubts, refusals and levels."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from shopweave.connector.capabilities import Method
from shopweave.connector.contract.case import Breach, Case, need
from shopweave.connector.contract.ground import Ground
from shopweave.connector.contract.reading import Reading, feeds_of
from shopweave.connector.roles import ReadsRecords, WritesLevels, WritesRecords
from shopweave.model.change import Op, Write, WriteAnswer, WriteRefused, Written
from shopweave.model.errors import Fenced
from shopweave.model.record import Kind, RemoteRecord


def sample(ground: Ground, name: str) -> Write:
    """Give a write of the samples; cases that ask for one are run only where it is given."""
    found: Write | None = getattr(ground.samples, name)
    if found is None:
        raise LookupError(f"there is no sample '{name}'")
    return found


async def send(connection: Any, *writes: Write) -> tuple[WriteAnswer, ...]:
    """Send one request; every write has its answer, in order."""
    answers: tuple[WriteAnswer, ...] = await connection.write(writes[0].kind, writes, not_after=None)
    numbers = [one.number for one in answers]
    need(numbers == [one.number for one in writes], "answers do not stand in the order of their writes")
    return answers


async def made(ground: Ground, connection: Any) -> RemoteRecord:
    """Make the sample record."""
    (answer,) = await send(connection, sample(ground, "create"))
    return _taken(answer).record


def _taken(answer: WriteAnswer) -> Written:
    if isinstance(answer, WriteRefused):
        raise Breach(f"a good record was refused: {answer.what}")
    return answer


def updating(ground: Ground, record: RemoteRecord) -> Write:
    """Aim the sample update at a record."""
    write = sample(ground, "update")
    return msgspec.structs.replace(
        write, op=Op.UPDATE, remote_id=record.remote_id, parent=record.parent, current=record.atoms
    )


async def _read_back(connection: Any, kind: Kind, key: str) -> RemoteRecord:
    found = [one for one in await connection.by_ids(kind, (key,)) if not one.gone]
    need(found, f"{key} was written but is not found by id")
    record: RemoteRecord = found[0]
    return record


def _same(write: Write, record: RemoteRecord, where: str) -> None:
    for key, value in write.atoms.items():
        if key in record.atoms:
            need(record.atoms[key] == value, f"{where} says {record.atoms[key]!r} for {key}, not {value!r}")


async def _creates(ground: Ground) -> None:
    connection = ground.connect()
    write = sample(ground, "create")
    record = await made(ground, connection)
    need(record.remote_id, "the answer names no id")
    need(record.form is write.form, "the record became something else")
    back = await _read_back(connection, write.kind, record.remote_id)
    _same(write, back, "the read by id")
    need(not write.mark or back.mark == write.mark, "the hub's reference was not kept")


async def _updates(ground: Ground) -> None:
    connection = ground.connect()
    record = await made(ground, connection)
    write = updating(ground, record)
    _taken(*await send(connection, write))
    back = await _read_back(connection, write.kind, record.remote_id)
    _same(write, back, "the read by id")
    kept = {key: value for key, value in record.atoms.items() if key not in write.atoms}
    found = {key: value for key, value in back.atoms.items() if key not in write.atoms}
    need(kept == found, "an update moved atoms it did not name")


async def _confirms(ground: Ground) -> None:
    """What an answer settles must be what the feed shows, or agreement rests on sand."""
    connection = ground.connect()
    record = await made(ground, connection)
    (answer,) = await send(connection, updating(ground, record))
    confirmed, said = _taken(answer).confirmed, _taken(answer).record
    for feed in feeds_of(ground, Method.WINDOW, Method.SWEEP):
        rows = (await Reading(feed).rest(connection)).records
        for key in confirmed if record.remote_id in rows else ():
            row = rows[record.remote_id].atoms.get(key)
            need(said.atoms.get(key) == row, f"the answer confirms {key} but the list shows {row!r}")


async def _again(ground: Ground) -> None:
    connection = ground.connect()
    record = await made(ground, connection)
    write = updating(ground, record)
    await send(connection, write)
    once = await _read_back(connection, write.kind, record.remote_id)
    before = ground.hands.count(write.kind) if ground.hands else 0
    await send(connection, write)
    twice = await _read_back(connection, write.kind, record.remote_id)
    need(once.atoms == twice.atoms, "the same write twice is not the same as once")
    need(ground.hands is None or ground.hands.count(write.kind) == before, "a second write made a record")


async def _doubt(ground: Ground) -> None:
    connection = ground.connect()
    write = sample(ground, "create")
    need(await connection.find(write) is None, "something is found that was never made")
    record = await made(ground, connection)
    found = await connection.find(write)
    need(found is not None, "a create in doubt is not found")
    need(found is not None and found.remote_id == record.remote_id, "another record is found")


async def _refusals(ground: Ground) -> None:
    """One bad record in a batch must not cost the others their answers."""
    connection = ground.connect()
    record = await made(ground, connection)
    clash = msgspec.structs.replace(sample(ground, "clash"), number=7)
    good = msgspec.structs.replace(updating(ground, record), number=8)
    refused, taken = await send(connection, clash, good)
    need(isinstance(refused, WriteRefused), "a record the far side refused counts as written")
    need(isinstance(taken, Written), "a good record was refused together with a bad one")
    if isinstance(refused, WriteRefused):
        need(refused.code and refused.what, "a refusal has no code or no sentence")


async def _before(ground: Ground) -> None:
    connection = ground.connect()
    need(connection.refusal(sample(ground, "create")) is None, "a good record is refused before it is sent")
    found = connection.refusal(sample(ground, "refused"))
    need(found is not None, "a record the far side would mangle is not refused before it is sent")
    need(found is not None and found.code and found.what, "a refusal has no code or no sentence")


async def _fenced(ground: Ground) -> None:
    """A request whose lease is over must never start: another worker may write by now."""
    connection, write = ground.connect(), sample(ground, "create")
    before = ground.hands.count(write.kind) if ground.hands else 0
    try:
        await connection.write(write.kind, (write,), not_after=ground.doors.clock.monotonic() - 1.0)
    except Fenced:
        after = ground.hands.count(write.kind) if ground.hands else 0
        need(before == after, "a request that came too late had its effect")
        return
    need(kept=False, sentence="a write starts although its time is over")


async def _levels(ground: Ground) -> None:
    connection, level = ground.connect(), ground.samples.level
    kind, feed = ground.samples.level_kind, feeds_of(ground, Method.WINDOW, Method.SWEEP)[0]
    ground.people.fill(feed.name, _SOME)
    shown = (await Reading(feed).rest(connection)).records.values()
    key = next((one.remote_id for one in shown if one.kind is kind), None)
    if key is None or level is None:
        raise LookupError("there is no record whose level could be written")
    for _ in range(2):
        (answer,) = await connection.write_levels(kind, {key: level}, not_after=None)
        need(isinstance(answer, Written), "the level was refused")
        back = await _read_back(connection, kind, key)
        need(back.level == level, f"the level reads {back.level!r} after {level!r} was written")


_SOME = 2
_WRITES = (WritesRecords, ReadsRecords)


def _case(name: str, run: Callable[[Ground], Awaitable[None]], *samples: str) -> Case:
    return Case(name=name, run=run, roles=_WRITES, samples=("create", *samples))


CASES = (
    _case("what was made reads back", _creates),
    _case("what was changed reads back, alone", _updates, "update"),
    _case("an answer confirms what the list shows", _confirms, "update"),
    _case("the same write again changes nothing", _again, "update"),
    _case("a create in doubt is found once", _doubt),
    _case("a refusal is one record's", _refusals, "update", "clash"),
    _case("what would be mangled is refused before", _before, "refused"),
    _case("a write never starts too late", _fenced),
    Case(
        name="a level reads back",
        run=_levels,
        roles=(WritesLevels, ReadsRecords),
        samples=("level",),
        hands=True,
    ),
)
