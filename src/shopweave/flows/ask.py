"""Ask: get sheets from a content provider for the items of another connection."""

from asyncio import gather
from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct, structs

from shopweave.connector.roles import Ask, NoSheet, Sheet
from shopweave.flows.house import Flow, House
from shopweave.flows.pull import store_records
from shopweave.lanes.port import Port
from shopweave.model.errors import BrokenData, Refused
from shopweave.model.finding import Finding, Severity
from shopweave.model.gtin import gtin14, shortest
from shopweave.model.record import Form, Kind
from shopweave.model.seams import Clock
from shopweave.model.values import Identity, Status
from shopweave.store import asked, findings, links, marks, records
from shopweave.store.asked import Askable, Asked
from shopweave.store.base import Store, Tx

SLICE = 100
KEEP = timedelta(days=7)
OK = "OK"


class Round(Struct, frozen=True, kw_only=True):
    """What one slice of questions did; `last` is the item to go on after, None at the end."""

    last: int | None
    asked: int = 0
    requests: int = 0


class Asker:
    """Asks a provider about items, a slice at a time."""

    def __init__(self, store: Store, clock: Clock, house: House) -> None:
        self._store, self._clock, self._house = store, clock, house

    async def step(self, flow: Flow, after: int) -> Round:
        """Ask about the next slice of items that are due."""
        provider = flow.row.source
        found = await self._store.read(lambda tx: asked.askable(tx, provider, flow.items, after, SLICE))
        if not found:
            await self._store.write(lambda tx: tell(tx, self._house.ports[provider]))
            return Round(last=None)
        now = self._clock.now()
        due = [
            one
            for one in found
            if is_askable(one)
            and (one.question != question_text(one) or (one.next_try and one.next_try <= now))
        ]
        requests = await self.ask(flow, due)
        return Round(last=found[-1].item, asked=len(due), requests=requests)

    async def ask(self, flow: Flow, due: Sequence[Askable], *, gtin: str = "") -> int:
        """Ask about these items, by another GTIN if one is given; gives the requests it took."""
        port = self._house.ports[flow.row.source]
        answers = await gather(*(self._one(port, one, gtin) for one in due))
        told = [(one, answer) for one, answer in zip(due, answers, strict=True) if answer is not None]
        if told:
            await self._store.write(lambda tx: store_answers(tx, port, told))
        return sum(answer.requests for _, answer in told)

    async def _one(self, port: Port, one: Askable, gtin: str) -> Sheet | NoSheet | None:
        """Ask one question; a broken or refused answer is an outcome of its own, an outage ends the run."""
        try:
            async with port.gate.slot():
                answer: Sheet | NoSheet = await port.connector.ask(asked_by(one, gtin))
        except (BrokenData, Refused) as error:
            return NoSheet(
                outcome="OTHER_ERROR", what=error.what, remedy=error.remedy, retry=timedelta(days=1)
            )
        return answer


def is_askable(one: Askable) -> bool:
    """Say whether anything public is known of an item that is meant to be seen."""
    return one.source.atoms.get("status", Status.ACTIVE) == Status.ACTIVE and bool(question_text(one))


def asked_by(one: Askable, gtin: str) -> Ask:
    """Make the question, with another GTIN in place of the item's own if one is given."""
    own = question(one)
    return structs.replace(own, gtin=gtin14(gtin)) if gtin else own


def question(one: Askable) -> Ask:
    """Make the question about an item."""
    identity, brand = one.source.atoms.get("identity"), one.source.atoms.get("brand")
    known = identity if isinstance(identity, Identity) else Identity()
    gtin = gtin14(known.gtin)
    return Ask(
        gtin=gtin,
        brand=brand if isinstance(brand, str) and known.part_number else None,
        part_number=known.part_number if isinstance(brand, str) and brand else None,
    )


def question_text(one: Askable) -> str:
    """Write the question down, so that another one is asked when the item changes."""
    ask = question(one)
    parts = [shortest(ask.gtin) if ask.gtin else "", f"{ask.brand} {ask.part_number}" if ask.brand else ""]
    return " | ".join(part for part in parts if part)[:400]


def store_answers(tx: Tx, port: Port, told: Sequence[tuple[Askable, Sheet | NoSheet]]) -> None:
    """Store sheets as records of the provider, link them, and remember every answer."""
    sheets = [
        structs.replace(answer.record, remote_id=sheet_id(answer, one), kind=Kind.SHEET, form=Form.SHEET)
        for one, answer in told
        if isinstance(answer, Sheet)
    ]
    store_records(tx, port, sheets, tx.now)
    stored = records.by_remote_ids(tx, port.row.id, Kind.SHEET, [sheet.remote_id for sheet in sheets])
    rows = [_row(tx, port, one, answer, stored) for one, answer in told]
    asked.store_asked(tx, port.row.id, rows)
    _link(tx, port, rows)
    removed = [
        one.known for one, answer in told if isinstance(answer, NoSheet) and one.known and _is_final(answer)
    ]
    if removed:
        records.set_gone(tx, removed)
        marks.mark_records(tx, removed)


def sheet_id(answer: Sheet, one: Askable) -> str:
    """Name a sheet per item: two items with one code have the same sheet, but each its own link."""
    return f"{answer.record.remote_id}@{one.item}"


def _row(
    tx: Tx, port: Port, one: Askable, answer: Sheet | NoSheet, stored: dict[str, records.Snapshot]
) -> Asked:
    text = question_text(one)
    if isinstance(answer, Sheet):
        found = stored[sheet_id(answer, one)]
        return Asked(item=one.item, question=text, outcome=OK, next_try=tx.now + KEEP, record=found.id)
    return Asked(
        item=one.item,
        question=text,
        outcome=answer.outcome[:24],
        number=answer.number,
        what=answer.what,
        remedy=answer.remedy,
        next_try=tx.now + answer.retry if answer.retry is not None else None,
        record=one.known,
    )


def _is_final(answer: NoSheet) -> bool:
    return answer.outcome in ("NOT_PRESENT", "BRAND_RESTRICTED", "FULL_ONLY")


def _link(tx: Tx, port: Port, rows: Sequence[Asked]) -> None:
    fresh = {row.item: row.record for row in rows if row.outcome == OK and row.record is not None}
    at = port.row.id
    for tie in links.ties(tx, list(fresh)):
        if tie.connection != at:
            continue
        if tie.record == fresh[tie.item]:
            del fresh[tie.item]
        else:
            links.end_link(tx, tie.item, at)
    links.add_links(tx, at, list(fresh.items()), "asked")
    marks.mark_records(tx, list(fresh.values()))


def tell(tx: Tx, port: Port) -> None:
    """Report what a provider has nothing to say about, one finding per reason."""
    name = port.row.name
    counts = asked.outcome_counts(tx, port.row.id)
    findings.settle(tx, f"sheet:{name}:")
    for outcome, count in counts.items():
        some = asked.examples(tx, port.row.id, outcome)
        findings.report(
            tx,
            Finding(
                code=f"ICE-{outcome}"[:24],
                cause=f"sheet:{name}:{outcome}",
                severity=Severity.NOTE,
                what=f"{name}: {count} products: {some[0][1]}",
                why="They keep what they have; nothing is counted as a failure.",
                doing="They are asked about again when that makes sense.",
                can_do=some[0][2],
                connection=name,
                count=count,
                about=tuple(text for text, _, _ in some),
            ),
        )
