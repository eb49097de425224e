"""Cases about lists, positions and records by id."""

from collections.abc import Awaitable, Callable

from shopweave.connector.capabilities import Feed, Method
from shopweave.connector.contract.case import Case, need
from shopweave.connector.contract.ground import Ground
from shopweave.connector.roles import Page, ReadsRecords
from shopweave.model.record import RemoteRecord
from shopweave.model.values import Status

_MOST = 200
_FEW = 3


def feeds_of(ground: Ground, *methods: Method) -> list[Feed]:
    """Give the feeds that are tried, of these methods."""
    tried = ground.samples.feeds or tuple(feed.name for feed in ground.capabilities.feeds)
    return [feed for feed in ground.capabilities.feeds if feed.name in tried and feed.method in methods]


class Reading:
    """One feed as it is read page by page, perhaps by several connections."""

    def __init__(self, feed: Feed, position: str = "") -> None:
        self.feed, self.position, self.done, self.pages = feed, position, False, 0
        self.records: dict[str, RemoteRecord] = {}
        self.tokens: dict[str, str] = {}

    async def turn(self, connection: ReadsRecords, *, sweep: bool) -> Page:
        """Read one page."""
        page = await connection.page(self.feed.name, self.position, sweep=sweep and not self.pages)
        self.position, self.done, self.pages = page.position, page.done, self.pages + 1
        self.records |= {record.remote_id: record for record in page.records}
        self.tokens |= {key.remote_id: key.token for key in page.keys}
        need(self.pages < _MOST, f"the feed '{self.feed.name}' never ends")
        need(all(one.kind in self.feed.kinds for one in page.records), "a record is of a kind not declared")
        return page

    async def rest(self, connection: ReadsRecords, *, sweep: bool = True) -> "Reading":
        """Read what is left."""
        while not self.done:
            await self.turn(connection, sweep=sweep)
        return self


async def _order(ground: Ground) -> None:
    for feed in feeds_of(ground, Method.WINDOW, Method.SWEEP):
        made = set(ground.people.fill(feed.name, ground.samples.enough))
        first = await Reading(feed).rest(ground.connect())
        again = await Reading(feed).rest(ground.connect())
        need(made <= set(first.records), f"a sweep of '{feed.name}' leaves records out")
        need(list(first.records) == list(again.records), f"'{feed.name}' has no total order")


async def _leaving(ground: Ground) -> None:
    """A row that leaves while the list is read moves the later ones up; none of them may be missed."""
    for feed in feeds_of(ground, Method.WINDOW, Method.SWEEP):
        made = list(ground.people.fill(feed.name, ground.samples.enough))
        connection, reading = ground.connect(), Reading(feed)
        await reading.turn(connection, sweep=True)
        if reading.done:
            continue
        seen = [key for key in made if key in reading.records] or made[:1]
        ground.people.remove(feed.name, seen[0])
        await reading.rest(connection)
        need(set(made) - {seen[0]} <= set(reading.records), f"a row of '{feed.name}' was lost")


async def _entering(ground: Ground) -> None:
    for feed in feeds_of(ground, Method.WINDOW, Method.SWEEP):
        made = set(ground.people.fill(feed.name, ground.samples.enough))
        connection, reading = ground.connect(), Reading(feed)
        await reading.turn(connection, sweep=True)
        ground.people.fill(feed.name, _FEW)
        await reading.rest(connection)
        need(made <= set(reading.records), f"rows that entered '{feed.name}' pushed others out")


async def _resuming(ground: Ground) -> None:
    """The position alone carries on: the process may have died after any page."""
    for feed in feeds_of(ground, Method.WINDOW, Method.SWEEP):
        made = set(ground.people.fill(feed.name, ground.samples.enough))
        reading = Reading(feed)
        while not reading.done:
            await reading.turn(ground.connect(), sweep=True)
        need(made <= set(reading.records), f"'{feed.name}' does not go on from its position")


async def _same_position(ground: Ground) -> None:
    """The same position twice gives the same page: a page may be read again after a crash."""
    for feed in feeds_of(ground, Method.WINDOW, Method.SWEEP):
        ground.people.fill(feed.name, ground.samples.enough)
        reading = Reading(feed)
        await reading.turn(ground.connect(), sweep=True)
        once = await ground.connect().page(feed.name, reading.position, sweep=False)
        twice = await ground.connect().page(feed.name, reading.position, sweep=False)
        need(once.records == twice.records, f"'{feed.name}' goes on although its position did not")


async def _later(ground: Ground) -> None:
    for feed in feeds_of(ground, Method.WINDOW):
        made = ground.people.fill(feed.name, _FEW)
        swept = await Reading(feed).rest(ground.connect())
        ground.people.touch(feed.name, made[0])
        window = await Reading(feed, swept.position).rest(ground.connect(), sweep=False)
        need(made[0] in window.records, f"a change after the sweep is not in the window of '{feed.name}'")
        same = window.records[made[0]].atoms == swept.records[made[0]].atoms
        need(not same, f"the window of '{feed.name}' shows the record as it was")


async def _keys(ground: Ground) -> None:
    for feed in feeds_of(ground, Method.KEYS):
        made = ground.people.fill(feed.name, _FEW)
        before = await Reading(feed).rest(ground.connect())
        need(set(made) <= set(before.tokens), f"the keys of '{feed.name}' leave records out")
        ground.people.touch(feed.name, made[0])
        after = await Reading(feed).rest(ground.connect())
        need(after.tokens[made[0]] != before.tokens[made[0]], "a token stays although its record moved")
        need(after.tokens[made[1]] == before.tokens[made[1]], "a token moves although nothing happened")


async def _by_ids(ground: Ground) -> None:
    connection = ground.connect()
    for feed in feeds_of(ground, Method.WINDOW, Method.SWEEP):
        if ground.hands is not None:
            ground.hands.fill(feed.name, _FEW)
        shown = (await Reading(feed).rest(connection)).records
        for kind in feed.kinds:
            wanted = {key: one for key, one in shown.items() if one.kind is kind}
            ids = tuple(wanted)[: ground.capabilities.read_by_ids]
            found = {one.remote_id: one for one in await connection.by_ids(kind, ids)} if ids else {}
            for key, one in found.items():
                row = wanted[key]
                need(one.atoms == row.atoms, f"{kind} {key} differs between its list and its read by id")
                need((one.level, one.parent) == (row.level, row.parent), f"{kind} {key}: level or parent")
            need(set(found) == set(ids), f"records of kind {kind} are listed but not found by id")


async def _gone(ground: Ground) -> None:
    for feed in feeds_of(ground, Method.WINDOW, Method.SWEEP):
        made = ground.people.fill(feed.name, _FEW)
        ground.people.remove(feed.name, made[0])
        found = {one.remote_id: one for one in await ground.connect().by_ids(feed.kinds[0], made)}
        need(not _lives(found.get(made[0])), f"a record of '{feed.name}' lives on after its end")
        need(all(_lives(found.get(key)) for key in made[1:]), f"records of '{feed.name}' are called gone")


def _lives(record: RemoteRecord | None) -> bool:
    """Say whether a record is there: what its own system only marks as deleted is not."""
    return record is not None and not record.gone and record.atoms.get("status") is not Status.DELETED


_LISTED = frozenset({Method.WINDOW, Method.SWEEP})


def _case(name: str, run: Callable[[Ground], Awaitable[None]], *methods: Method) -> Case:
    wanted = frozenset(methods) or _LISTED
    return Case(name=name, run=run, roles=(ReadsRecords,), samples=("enough",), hands=True, methods=wanted)


CASES = (
    _case("a list has a total order", _order),
    _case("a row that left is noticed", _leaving),
    _case("rows that enter push none out", _entering),
    _case("a position is enough to go on", _resuming),
    _case("a position gives its page again", _same_position),
    _case("a window shows later changes", _later, Method.WINDOW),
    _case("keys move with their records", _keys, Method.KEYS),
    _case("what is gone is said to be gone", _gone),
    Case(name="a read by id equals the list", run=_by_ids, roles=(ReadsRecords,), methods=_LISTED),
)
