"""What leaves by the order feed: signed, whole, under one name, and harmless in a spreadsheet."""

import asyncio
import csv
import errno
import os
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shopweave.connector.declaration import Doors
from shopweave.connector.orders import HandOver, LookUp, Taken
from shopweave.connector.transports import SqlTx
from shopweave.connectors.orderfeed import CONNECTOR, OrderFeed
from shopweave.connectors.orderfeed.document import Document, document, encoded
from shopweave.connectors.orderfeed.filing import file_name
from shopweave.connectors.orderfeed.posting import signature
from shopweave.connectors.orderfeed.sheet import COLUMNS, sheet
from shopweave.model.change import WriteRefused
from shopweave.model.errors import Configuration, HubError, Limited, NoAnswer, NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.order import Address, Coupon, Refund
from shopweave.runtime.clock import SystemIds
from shopweave.runtime.files import Files
from shopweave.simulators.receiver import Receiver
from tests.connectors.orderfeed.stand import SECRET, URL, lite, read
from tests.connectors.phppos.orders import eur, hand_over, line, shipping
from tests.connectors.phppos.shop import FixedClock, run
from tests.connectors.stands import no_doors

ORDER = hand_over(line("5", 2, "20.00", "4.80"), charges=(shipping("4.02", "0.97"),))
HTTP = {"way": "http", "url": URL, "secret": SECRET}


class Answers:
    """A receiver that gives one answer, and keeps what it was sent."""

    def __init__(
        self, status: int, body: bytes = b"{}", media_type: str = "application/json", **more: str
    ) -> None:
        headers = {"content-type": media_type, **{name.replace("_", "-"): more[name] for name in more}}
        self.answer = HttpResponse(status=status, headers=headers, body=body)
        self.sent: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        return self.answer

    def stream(self, request: HttpRequest) -> Any:
        raise NotImplementedError


def feed(settings: dict[str, Any], **doors: Any) -> OrderFeed:
    quiet = no_doors()
    given = {"http": quiet.http, "sql": quiet.sql, "clock": FixedClock(), **doors}
    made: OrderFeed = CONNECTOR.make(settings, Doors(ids=SystemIds(), random=random.Random(1), **given))
    return made


def taken(made: OrderFeed, order: HandOver = ORDER) -> Taken:
    answer = run(made.take(order, not_after=None))
    assert isinstance(answer, Taken)
    return answer


# The document.


def test_a_document_says_all_of_an_order_in_texts() -> None:
    order = hand_over(
        line("5", 3, "30.00", "7.20", name="Mug", given_back=1),
        charges=(shipping("4.02", "0.97"),),
        refunds=(Refund(refund="9", total=eur("12.40"), reason="broken"),),
        coupons=(Coupon(code="SPRING", discount=eur(3)),),
        total="42.19",
        ship_to=Address(first_name="Otto", city="Oulu"),
    )
    found = read(encoded(document(order)))
    assert (found["format"], found["event"], found["previous"]) == ("shopweave.order/1", "new", None)
    assert (found["reference"], found["channel"], found["order"]) == ("shop>till:1001:1", "shop", "1001")
    assert (found["created"], found["currency"]) == ("2026-03-10T10:00:00Z", "EUR")
    assert found["totals"]["total"] == "42.19"
    (sold,) = found["lines"]
    assert (sold["quantity"], sold["ordered"], sold["given_back"]) == ("2", "3", "1")
    assert (sold["total"], sold["tax"], sold["sku"], sold["name"]) == ("30.00", "7.20", "5", "Mug")
    assert (found["charges"][0]["kind"], found["charges"][0]["total"]) == ("shipping", "4.02")
    assert found["refunds"] == [{"refund": "9", "total": "12.40", "reason": "broken"}]
    assert found["coupons"] == [{"code": "SPRING", "discount": "3"}]
    assert (found["bill_to"]["email"], found["ship_to"]["city"]) == ("aino@example.test", "Oulu")


def test_a_large_number_has_no_exponent() -> None:
    found = read(encoded(document(hand_over(line("5", Decimal("1E+3"), Decimal("2E+2"))))))
    assert (found["lines"][0]["quantity"], found["lines"][0]["total"]) == ("1000", "200")


def test_the_same_order_gives_the_same_text() -> None:
    assert encoded(document(ORDER)) == encoded(document(ORDER))


def test_the_example_in_the_reference_is_a_document() -> None:
    page = Path("docs/reference/order.md").read_text("utf-8")
    example = page.split("```json\n", 1)[1].split("```", 1)[0]
    found = msgspec.json.decode(example, type=Document)
    assert read(encoded(found)) == read(example.encode())
    for struct in (Document, *(type(part) for part in (found.totals, found.lines[0], found.payment))):
        assert all(f"`{name}`" in page for name in struct.__struct_fields__), struct


def test_a_sheet_has_a_row_for_each_line_and_no_formula() -> None:
    evil = Address(
        first_name="=cmd|' /C calc'!A0", last_name="@x", street="-1", phone="+358 40", email="a@b.c"
    )
    order = hand_over(line("5", 2, name="\t=1+1"), charges=(shipping(4),), ship_to=evil, note="=HYPERLINK()")
    rows = list(csv.DictReader(StringIO(sheet(document(order)).decode(), newline="")))
    assert [(row["kind"], row["quantity"], row["total"]) for row in rows] == [
        ("line", "2", "20"),
        ("shipping", "1", "4"),
    ]
    assert list(rows[0]) == list(COLUMNS)
    texts = set(COLUMNS) - {"order_total", "order_tax", "quantity", "total", "tax"}
    assert not [
        row[name] for row in rows for name in texts if row[name].startswith(("=", "+", "-", "@", "\t", "\r"))
    ]
    assert rows[0]["phone"] == "'+358 40"


# By HTTP.


def test_a_request_is_signed_with_its_moment_and_bears_its_key() -> None:
    door = Answers(201, b'{"id": 77}')
    assert taken(feed(HTTP, http=door)).remote_id == "77"
    (request,) = door.sent
    at = request.headers["X-Shopweave-Timestamp"]
    assert at == "1773144000"
    assert request.headers["X-Shopweave-Signature"] == f"sha256={signature(SECRET, at, request.body)}"
    assert request.headers["Idempotency-Key"] == "shop>till:1001:1"
    assert (request.method, request.url) == ("POST", URL)


def test_the_receiver_refuses_what_was_recorded_or_changed_on_its_way() -> None:
    clock = FixedClock()
    receiver = Receiver(clock, SECRET)
    door = Answers(200)
    taken(feed(HTTP, http=door))
    (request,) = door.sent
    changed = msgspec.structs.replace(request, body=request.body.replace(b"20.00", b"2.000"))
    assert receiver.handle(changed).status == 401
    assert receiver.handle(request).status == 201
    clock.time += timedelta(minutes=6)
    assert receiver.handle(request).status == 401
    assert len(receiver.orders) == 1


def test_a_receiver_names_its_own_id_or_the_reference_stands_for_it() -> None:
    for body, name in ((b'{"id": "A1"}', "A1"), (b"", "shop>till:1001:1"), (b"[]", "shop>till:1001:1")):
        assert taken(feed(HTTP, http=Answers(200, body))).remote_id == name
    assert taken(feed(HTTP, http=Answers(200, b"OK", "text/plain"))).remote_id == "shop>till:1001:1"
    assert taken(feed(HTTP, http=Answers(409, b'{"id": "A1"}'))).remote_id == "A1"


@pytest.mark.parametrize(
    ("door", "branch"),
    [
        (Answers(500), NoAnswer),
        (Answers(503), NoAnswer),
        (Answers(200, b"<html>", "text/html"), NoAnswer),
        (Answers(200, b'{"id": '), NoAnswer),
        (Answers(418), NoAnswer),
        (Answers(401), Configuration),
        (Answers(302, location="https://elsewhere"), Configuration),
        (Answers(404, b"<html>", "text/html"), Configuration),
        (Answers(429, retry_after="7"), Limited),
    ],
)
def test_an_answer_says_what_to_do(door: Answers, branch: type[HubError]) -> None:
    with pytest.raises(branch) as caught:
        taken(feed(HTTP, http=door))
    assert caught.value.code.startswith("ORD-")
    assert not isinstance(caught.value, Limited) or caught.value.wait == 7
    assert "aino" not in f"{caught.value!r}"


def test_a_refusal_says_what_the_receiver_says() -> None:
    answer = run(feed(HTTP, http=Answers(422, b'{"error": "Unknown goods: 5."}')).take(ORDER, not_after=None))
    assert isinstance(answer, WriteRefused)
    assert (answer.code, answer.what) == ("ORD-020", "Unknown goods: 5.")
    mute = run(feed(HTTP, http=Answers(400, b"bad", "text/plain")).take(ORDER, not_after=None))
    assert isinstance(mute, WriteRefused)
    assert "400" in mute.what


def test_orders_are_looked_up_as_the_receiver_can() -> None:
    def look_up(**settings: Any) -> LookUp:
        takes = CONNECTOR.capabilities(settings).takes
        assert takes is not None
        return takes.look_up

    assert look_up(way="http") is LookUp.NONE
    assert look_up(way="http", dedupes=True) is LookUp.KEY
    assert look_up(way="files") is look_up(way="table") is LookUp.REFERENCE


# As files.


def test_a_file_is_there_whole_and_alone(tmp_path: Path) -> None:
    settings = {"way": "files", "folder": str(tmp_path)}
    answer = taken(feed(settings, files=Files()))
    (file,) = tmp_path.iterdir()
    assert answer.remote_id == file.name == file_name("shop>till:1001:1", "json")
    assert file.name.startswith("order-shop-till-1001-1-")
    assert read(file.read_bytes())["order"] == "1001"


def test_a_file_that_was_taken_away_to_its_folder_is_not_put_again(tmp_path: Path) -> None:
    inbox, done = tmp_path / "in", tmp_path / "done"
    inbox.mkdir()
    done.mkdir()
    settings = {"way": "files", "folder": str(inbox), "taken_folder": str(done), "format": "csv"}
    first = taken(feed(settings, files=Files()))
    (inbox / first.remote_id).rename(done / first.remote_id)
    assert taken(feed(settings, files=Files())) == first
    assert run(feed(settings, files=Files()).find_order(ORDER)) == first
    assert list(inbox.iterdir()) == []


def test_names_of_strange_references_are_harmless_and_differ() -> None:
    names = [file_name(one, "json") for one in ("../../etc/x", "..\\x", "a/b", "a b", "ä" * 300, "")]
    assert len(set(names)) == len(names)
    assert all(name.isascii() and not set(name) & set("/\\ ") and len(name) < 120 for name in names)


def test_a_folder_that_is_missing_is_a_matter_of_settings(tmp_path: Path) -> None:
    made = feed({"way": "files", "folder": str(tmp_path / "no")}, files=Files())
    with pytest.raises(Configuration) as caught:
        taken(made)
    assert caught.value.code == "FIL-101"
    (found,) = run(made.check())
    assert (found.ok, found.code) == (False, "FIL-101")


def test_a_full_disk_leaves_nothing_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    made = feed({"way": "files", "folder": str(tmp_path)}, files=Files())
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(NotSent):
            taken(made)
    assert run(made.find_order(ORDER)) is None
    taken(made)
    assert [one.name for one in tmp_path.iterdir()] == [file_name("shop>till:1001:1", "json")]


def test_a_folder_that_may_not_last_leaves_the_order_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, list[int]()

    def second_fails(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(errno.EIO, "no")
        real(handle)

    monkeypatch.setattr(os, "fsync", second_fails)
    made = feed({"way": "files", "folder": str(tmp_path)}, files=Files())
    with pytest.raises(NoAnswer):
        taken(made)
    assert run(made.find_order(ORDER)) is not None


# As rows.


def test_a_row_holds_the_order_and_its_document() -> None:
    async def whole() -> list[dict[str, Any]]:
        async with lite() as ground:
            connection = ground.connect()
            await connection.take(ORDER, not_after=None)
            (line_,) = await connection.check()
            assert line_.ok
            sql = ground.doors.sql(f"sqlite:///{ground.settings['path']}")
            rows = await sql.transact(
                lambda tx: tx.rows("SELECT * FROM shopweave_orders"), read_only=True, timeout=5
            )
            return [dict(row) for row in rows]

    (row,) = asyncio.run(whole())
    assert (row["reference"], row["event"], row["channel"], row["order_id"]) == (
        "shop>till:1001:1",
        "new",
        "shop",
        "1001",
    )
    assert (row["created"], Decimal(str(row["total"]))) == ("2026-03-10 10:00:00", Decimal("29.79"))
    assert read(row["document"].encode())["reference"] == row["reference"]


def test_a_table_that_is_missing_or_compares_loosely_says_so() -> None:
    async def whole() -> tuple[Any, Any]:
        async with lite() as ground:
            missing = (await ground.connect(table_name="nowhere").check())[0]
            sql = ground.doors.sql(f"sqlite:///{ground.settings['path']}")
            columns = (
                "event, channel, order_id, order_number, status, created, changed, currency, total, document"
            )
            again = (
                "DROP TABLE shopweave_orders",
                f"CREATE TABLE shopweave_orders (reference TEXT PRIMARY KEY COLLATE NOCASE, {columns})",
            )
            for statement in again:

                def work(tx: SqlTx, text: str = statement) -> int:
                    return tx.run(text)

                await sql.transact(work, read_only=False, timeout=5)
            connection = ground.connect()
            await connection.take(hand_over(line("5", 1), reference="a"), not_after=None)
            return missing, await connection.take(hand_over(line("5", 1), reference="A"), not_after=None)

    missing, loose = asyncio.run(whole())
    assert (missing.ok, missing.code, bool(missing.remedy)) == (False, "SQL-106", True)
    assert (loose.code, bool(loose.remedy)) == ("ORD-025", True)


# Settings.


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"way": "http", "url": URL}, "ORD-001"),
        ({"way": "http", "secret": SECRET}, "ORD-001"),
        ({"way": "http", "url": "http://erp.example", "secret": SECRET}, "ORD-002"),
        ({"way": "files"}, "ORD-001"),
        ({"way": "table", "host": "h"}, "ORD-001"),
        ({"way": "table", "path": "x", "table_name": "a; DROP TABLE b"}, "ORD-003"),
    ],
)
def test_what_a_way_needs_is_asked_for(settings: dict[str, Any], code: str) -> None:
    with pytest.raises(Configuration) as caught:
        feed(settings)
    assert caught.value.code == code
    assert caught.value.remedy


def test_a_feed_does_not_show_its_secret() -> None:
    assert SECRET not in repr(vars(feed(HTTP)))


def test_plain_http_is_for_this_machine_or_by_leave() -> None:
    feed({**HTTP, "url": "http://127.0.0.1:8000/x"})
    feed({**HTTP, "url": "http://erp.example", "allow_http": True})


def test_the_clock_is_the_worlds() -> None:
    assert datetime.fromtimestamp(1773144000, UTC) == FixedClock().now()
