"""A sample connector and its far side, in memory. Told to, it sins against the contract in one way at a time."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from shopweave.connector import paging
from shopweave.connector.capabilities import Capabilities, Feed, Method, Writable
from shopweave.connector.contract import Ground, Samples, Stand
from shopweave.connector.declaration import Connector, Doors
from shopweave.connector.roles import Ask, CheckLine, NoSheet, Page, Sheet
from shopweave.connector.settings import Option, OptionKind
from shopweave.connector.transports import HttpStream
from shopweave.model.atoms import Atoms
from shopweave.model.change import Op, Write, WriteAnswer, WriteRefused, Written
from shopweave.model.errors import BrokenData, Configuration, HubError, Limited, NoAnswer, Unavailable
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.record import Form, KeyRow, Kind, RemoteRecord
from shopweave.model.values import Identity, Level, Picture, PictureBytes, Price, Status, tracked
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from tests.connector.selling import Counter, Selling, sells
from tests.connector.taking import BAD, LATER, ORDER, TAKES, Store, Taking
from tests.connectors.stands import no_doors

URL, SECRET, SIZE = "https://far.example", "open se/same+", 3
ATOMS = ("identity", "name", "regular_price", "status")
GTIN = "05397184119709"


class FarSide:
    """Rows that are listed, changed and removed; one request in, one answer out."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.ids, self.time = count(1), 0
        self.counter = Counter()
        self.store = Store()

    def row(self, **cells: Any) -> dict[str, Any]:
        self.time += 1
        key = next(self.ids)
        cells = {"sku": f"s{key}", "name": f"Row {key}", "price": "9", "level": None, "mark": "", **cells}
        self.rows[key] = {"id": key, "moved": self.time, "status": "active", **cells}
        return self.rows[key]

    async def send(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("Authorization", "")
        if given != f"Basic {base64.b64encode(f'hub:{SECRET}'.encode()).decode()}":
            return _answer(401, {"error": "wrong"})
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        body = json.loads(request.body) if request.body else []
        return _answer(200, self.answer(request.method, urlsplit(request.url).path, query, body))

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        if path == "/picture":
            return {"picture": "png" if query["ref"] == "1" else None}
        if path == "/orders":
            return self.counter.listed(query)
        if path == "/taken":
            return self.store.take(body) if method == "POST" else self.store.find(query["reference"])
        if path == "/ask":
            return self.row(name="Asked") if query["gtin"] == GTIN else None
        if method == "POST":
            return [self.write(one) for one in body]
        rows = sorted(self.rows.values(), key=lambda row: row["id"])
        if "ids" in query:
            return [row for row in rows if str(row["id"]) in query["ids"].split(",")]
        if "sku" in query:
            return [row for row in rows if row["sku"] == query["sku"]]
        rows = [row for row in rows if row["moved"] > int(query["since"])]
        start = int(query["offset"])
        return {"now": self.time, "rows": rows[start : start + SIZE]}

    def write(self, one: dict[str, Any]) -> Any:
        self.time += 1
        if "id" in one:
            self.rows[one["id"]] |= {**one, "moved": self.time}
            return self.rows[one["id"]]
        taken = any(row["sku"].lower() == one["sku"].lower() for row in self.rows.values())
        return {"error": "this SKU is taken"} if taken else self.row(**one)

    def stream(self, request: HttpRequest) -> AbstractAsyncContextManager[HttpStream]:
        raise NotImplementedError

    def fill(self, feed: str, count: int) -> tuple[str, ...]:
        return tuple(str(self.row()["id"]) for _ in range(count))

    def touch(self, feed: str, remote_id: str) -> None:
        self.time += 1
        self.rows[int(remote_id)] |= {"moved": self.time, "name": f"moved at {self.time}"}

    def remove(self, feed: str, remote_id: str) -> None:
        del self.rows[int(remote_id)]

    def count(self, kind: Kind) -> int:
        return len(self.rows)


def _answer(status: int, body: Any) -> HttpResponse:
    return HttpResponse(
        status=status, headers={"content-type": "application/json"}, body=json.dumps(body).encode()
    )


class Sample(Selling, Taking):
    """The connection; `sin` names what it does wrong, empty for nothing."""

    def __init__(self, settings: Mapping[str, Any], doors: Doors, sin: str) -> None:
        self.secret, self.http, self.sin = str(settings["secret"]), doors.http, sin

    def __repr__(self) -> str:
        return f"Sample({self.secret if self.sin == 'shows' else ''})"

    async def _call(self, method: str, path: str, body: Any = None, late: float | None = None) -> Any:
        pair = base64.b64encode(f"hub:{self.secret}".encode()).decode()
        answer = await self._send(
            HttpRequest(
                method=method,
                url=f"{URL}{path}",
                headers={"Authorization": f"Basic {pair}"},
                body=b"" if body is None else json.dumps(body).encode(),
                not_after=None if self.sin == "unfenced" else late,
            )
        )
        return self._decoded(method, answer, pair)

    async def _send(self, request: HttpRequest) -> HttpResponse:
        try:
            return await self.http.send(request)
        except Unavailable as error:
            if self.sin == "shrug":
                return _answer(200, {"now": 0, "rows": []})
            if self.sin == "resends":
                return await self.http.send(request)
            if self.sin == "vague" and request.method == "POST":
                raise Unavailable(error.what) from error
            raise

    def _decoded(self, method: str, answer: HttpResponse, pair: str) -> Any:
        if answer.status == 401:
            if self.sin == "unsure":
                raise Unavailable("something is wrong")
            text = f"wrong secret {pair}" if self.sin == "tells" else "The secret is wrong."
            raise Configuration(text, code="FAR-1", remedy="Give the right one.")
        if answer.status == 429 and self.sin != "rushes":
            raise Limited("slower", wait=7)
        if answer.status == 200 and answer.headers["content-type"] == "application/json":
            try:
                return json.loads(answer.body)
            except ValueError as error:
                if self.sin == "trips":
                    raise
                raise self._unusable(method) from error
        raise self._unusable(method)

    def _unusable(self, method: str) -> HubError:
        if self.sin == "sure":
            return Configuration("that is no data")
        return NoAnswer("unusable") if method == "POST" and self.sin != "vague" else Unavailable("unusable")

    async def page(self, feed: str, position: str, *, sweep: bool) -> Page:
        if self.sin == "stuck" or (self.sin == "forgets" and position):
            return Page(position="x", done=self.sin == "forgets")
        since, _, rest = (position or "0|").partition("|")
        place = paging.begin(paging.read_place(rest), sweep=sweep)
        since = "0" if sweep and not place.offset else since
        early = paging.first_offset(place) if self.sin != "plain" else place.offset
        body = await self._call("GET", f"/rows?since={since}&offset={early}")
        rows = body["rows"]
        ids = [int(row["id"]) for row in rows]
        if self.sin != "plain" and not paging.follows(place, ids):
            return Page(position=f"{since}|{paging.write_place(paging.step_back(place, SIZE))}")
        after = self._after(place, ids, early)
        following = f"{body['now'] if after.done else since}|{paging.write_place(after)}"
        rows = rows[::-1] if self.sin == "shuffles" and self.__class__.turns() else rows
        keys = tuple(self._key(row) for row in rows) if feed == "keys" else ()
        found = () if feed == "keys" else tuple(self.record(row) for row in rows)
        if self.sin == "blind" and not sweep and position:
            found = ()
        return Page(records=found, keys=keys, position=following, done=after.done)

    _turns = count()

    @classmethod
    def turns(cls) -> bool:
        return next(cls._turns) % 3 == 1

    def _after(self, place: paging.Place, ids: list[int], early: int) -> paging.Place:
        if len(ids) < SIZE:
            return paging.Place(done=True)
        return paging.Place(offset=early + len(ids), last=ids[-1], done=False)

    def _key(self, row: Mapping[str, Any]) -> KeyRow:
        token = "same" if self.sin == "numb" else str(row["moved"])
        return KeyRow(kind=Kind.PRODUCT, remote_id=str(row["id"]), token=token)

    def record(self, row: Mapping[str, Any], *, direct: bool = False) -> RemoteRecord:
        atoms = {
            "identity": Identity(sku=row["sku"]),
            "name": row["name"].upper() if direct and self.sin == "loud" else row["name"],
            "regular_price": Price(amount=Decimal(row["price"])),
            "status": Status(row["status"]),
        }
        level = tracked(Decimal(row["level"])) if row["level"] is not None else Level(state="untracked")
        return RemoteRecord(
            kind=Kind.PRODUCT,
            form=Form.SIMPLE,
            remote_id=str(row["id"]),
            atoms=Atoms(atoms),
            level=level,
            mark="" if self.sin == "unmarked" else row["mark"],
        )

    async def by_ids(self, kind: Kind, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        rows = await self._call("GET", f"/rows?ids={','.join(ids)}")
        found = tuple(self.record(row, direct=True) for row in rows)
        if self.sin == "immortal":
            lost = set(ids) - {one.remote_id for one in found}
            form = Form.SIMPLE
            found += tuple(RemoteRecord(kind=kind, form=form, remote_id=key) for key in sorted(lost))
        return found

    def refusal(self, write: Write) -> WriteRefused | None:
        price = write.atoms.get("regular_price")
        if isinstance(price, Price) and price.amount < 0 and self.sin != "lenient":
            return WriteRefused(number=write.number, code="FAR-2", what="a price below zero")
        return None

    async def write(
        self, kind: Kind, writes: tuple[Write, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        rows = await self._call("POST", "/rows", [self._body(one) for one in writes], not_after)
        if self.sin == "all or none" and any("error" in row for row in rows):
            return tuple(WriteRefused(number=one.number, code="FAR-3", what="bad batch") for one in writes)
        return tuple(self._answer(one, row) for one, row in zip(writes, rows, strict=True))

    def _body(self, write: Write) -> dict[str, Any]:
        body: dict[str, Any] = (
            {} if self.sin == "again" or not write.remote_id else {"id": int(write.remote_id)}
        )
        if self.sin == "again":
            body["sku"] = f"n{next(self.__class__._turns)}"
        for key, value in write.atoms.items():
            if isinstance(value, Identity):
                body["sku"] = value.sku
            elif isinstance(value, Price):
                body["price"] = str(value.amount + 1) if self.sin == "rounds" else str(value.amount)
            elif isinstance(value, Status):
                body["status"] = value.value
            else:
                body[key] = value
        if self.sin == "sweeping" and write.op is Op.UPDATE:
            body["sku"] = ""
        return body | ({"mark": write.mark} if write.mark else {})

    def _answer(self, write: Write, row: Mapping[str, Any]) -> WriteAnswer:
        if "error" in row:
            return WriteRefused(number=write.number, code="FAR-4", what=row["error"])
        said = {**row, "name": f"{row['name']} "} if self.sin == "flatters" else row
        return Written(number=write.number, record=self.record(said), confirmed=tuple(write.atoms))

    async def find(self, write: Write) -> RemoteRecord | None:
        identity = write.atoms["identity"]
        sku = identity.sku if isinstance(identity, Identity) else ""
        rows = await self._call("GET", f"/rows?sku={sku}")
        return self.record(rows[0]) if rows and self.sin != "blank" else None

    async def write_levels(
        self, kind: Kind, levels: Mapping[str, Level], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        body = [{"id": int(key), "level": str(self._amount(level))} for key, level in levels.items()]
        rows = await self._call("POST", "/rows", body, not_after)
        return tuple(
            Written(number=number, record=self.record(row), confirmed=()) for number, row in enumerate(rows)
        )

    def _amount(self, level: Level) -> Decimal:
        amount = level.quantity or Decimal(0)
        return max(amount, Decimal(0)) if self.sin == "clamps" else amount

    async def picture(self, picture: Picture) -> PictureBytes:
        found = (await self._call("GET", f"/picture?ref={picture.ref}"))["picture"]
        if found is None and self.sin != "dreams":
            raise BrokenData("gone")
        return PictureBytes(content=b"x", media_type="text/html" if self.sin == "pages" else "image/png")

    async def ask(self, question: Ask) -> Sheet | NoSheet:
        row = await self._call("GET", f"/ask?gtin={question.gtin}")
        if row is None:
            return NoSheet(outcome="" if self.sin == "mute" else "NOT_THERE", what="unknown")
        one = self.record(row)
        atoms = Atoms({"brand": "x"}) if self.sin == "invents" else one.atoms
        return Sheet(record=RemoteRecord(kind=Kind.SHEET, form=Form.SHEET, remote_id="1", atoms=atoms))

    async def check(self) -> tuple[CheckLine, ...]:
        if self.sin == "meddles":
            await self._call("POST", "/rows", [{"sku": "probe", "name": "x", "price": "1"}])
        try:
            await self._call("GET", "/rows?since=0&offset=0")
        except HubError as error:
            return (CheckLine(ok=False, what=error.what, remedy="Look.", code=error.code),)
        return (CheckLine(ok=True, what="fine"),)


def connector(sin: str = "") -> Connector:
    atoms = ATOMS[::-1] if sin == "reorders" else ATOMS
    dated = ("long_text",) if sin == "brags" else ()
    feeds = (
        Feed(name="rows", kinds=(Kind.PRODUCT,), method=Method.WINDOW),
        Feed(name="keys", kinds=(Kind.PRODUCT,), method=Method.KEYS),
    )
    known = Capabilities(
        atoms=atoms,
        dated=dated,
        feeds=feeds,
        writes=(Writable(kind=Kind.PRODUCT, batch=10),),
        enriches=True,
        sells=sells(sin),
        takes=TAKES,
    )
    default = "letmein" if sin == "defaults" else None
    options = (
        Option(name="url", title="Address", description="Where it is."),
        Option(
            name="secret", title="Secret", description="Opens it.", kind=OptionKind.SECRET, default=default
        ),
    )
    return Connector(
        name="sample",
        title="Sample",
        description="A sample.",
        options=options,
        capabilities=lambda _: known,
        make=lambda settings, doors: Sample(settings, doors, sin),
    )


def write(sku: str, price: str = "5", op: Op = Op.CREATE) -> Write:
    atoms: dict[str, Any] = {
        "identity": Identity(sku=sku),
        "name": "New",
        "regular_price": Price(amount=Decimal(price)),
    }
    return Write(number=1, op=op, kind=Kind.PRODUCT, form=Form.SIMPLE, atoms=Atoms(atoms), mark="hub:1")


SAMPLES = Samples(
    feeds=("rows", "keys"),
    enough=8,
    enough_orders=8,
    create=write("new"),
    update=Write(
        number=1,
        op=Op.UPDATE,
        kind=Kind.PRODUCT,
        form=Form.SIMPLE,
        atoms=Atoms({"name": "Newer", "regular_price": Price(amount=Decimal(6))}),
    ),
    clash=write("NEW"),
    refused=write("bad", "-1"),
    level=tracked(Decimal(-2)),
    order=ORDER,
    later_order=LATER,
    bad_orders=BAD,
    question=Ask(gtin=GTIN),
    unknown=Ask(gtin="1"),
    picture=Picture(ref="1"),
    no_picture=Picture(ref="2"),
    wrong=({"secret": "guess/ed it"},),
)
GIVEN = frozenset({"reads", "writes", "orders", *Samples.__struct_fields__})
SETTINGS = {"url": URL, "secret": SECRET}


def stand(sin: str = "") -> Stand:
    """Give a stand of the sample that sins in this way."""
    made = connector(sin)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Ground]:
        far = FarSide()
        doors = Doors(
            http=far, sql=no_doors().sql, clock=SystemClock(), ids=SystemIds(), random=system_random()
        )
        yield Ground(
            connector=made,
            settings=SETTINGS,
            doors=doors,
            samples=SAMPLES,
            hands=far,
            customers=far.counter,
            taken=lambda: len(far.store.rows),
            secrets=(SECRET,),
            first_atoms=ATOMS,
        )

    return Stand(connector=made, settings=SETTINGS, open=opened, given=GIVEN, doors=no_doors())
