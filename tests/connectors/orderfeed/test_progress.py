"""How far orders are: what receivers say of tracking numbers, on each way, and what is no answer."""

import hashlib
import hmac
import json
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shopweave.connector.orders import HandedOver, Progress
from shopweave.connectors.orderfeed import capabilities
from shopweave.connectors.orderfeed.filing import file_name
from shopweave.connectors.orderfeed.settings import OPTIONS
from shopweave.model.errors import Configuration, HubError, Limited, NoAnswer, Refused
from shopweave.runtime.files import LONGEST, Files
from shopweave.runtime.sql import open_sql
from tests.connectors.orderfeed.stand import DDL, SECRET, URL
from tests.connectors.orderfeed.test_feed import HTTP, Answers, feed
from tests.connectors.phppos.shop import run

ASKED = "https://receiver.example/progress"
ORDERS = tuple(HandedOver(reference=f"shop:{key}:erp:1", remote_id="9") for key in (1, 2, 3))


def asked(answers: Answers) -> tuple[Progress, ...]:
    return run(feed({**HTTP, "progress_url": ASKED}, http=answers).progress(ORDERS))


def test_a_receiver_is_asked_in_one_signed_request_and_may_know_some() -> None:
    said = {"orders": [{"reference": "shop:1:erp:1", "tracking": "JJFI1"}, {"reference": "x", "tracking": 7}]}
    answers = Answers(200, json.dumps(said).encode())
    assert asked(answers) == (
        Progress(reference="shop:1:erp:1", tracking="JJFI1"),
        Progress(reference="x", tracking="7"),
    )
    (request,) = answers.sent
    assert (request.method, request.url) == ("POST", ASKED)
    assert json.loads(request.body) == {"references": [one.reference for one in ORDERS]}
    signed = request.headers["X-Shopweave-Timestamp"].encode() + b"." + request.body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert request.headers["X-Shopweave-Signature"] == f"sha256={expected}"
    assert "Idempotency-Key" not in request.headers


@pytest.mark.parametrize(
    ("answers", "error", "code"),
    [
        (Answers(200, b"[]"), NoAnswer, "ORD-013"),
        (Answers(200, b'{"orders": 3}'), NoAnswer, "ORD-013"),
        (Answers(200, b"<html>"), NoAnswer, "ORD-013"),
        (Answers(401), Configuration, "ORD-010"),
        (Answers(422, b'{"error": "unknown"}'), Refused, "ORD-014"),
        (Answers(409), Refused, "ORD-014"),
        (Answers(503), NoAnswer, "ORD-011"),
        (Answers(429), Limited, "ORD-012"),
    ],
)
def test_what_is_no_answer_says_so(answers: Answers, error: type[HubError], code: str) -> None:
    with pytest.raises(error, match=code):
        asked(answers)


def test_files_of_the_receiver_are_read_and_a_bad_one_hides_no_other(tmp_path: Path) -> None:
    first, second, third = (tmp_path / file_name(one.reference, "json") for one in ORDERS)
    first.write_bytes(b'{"tracking": "A1"}')
    second.write_bytes(b"not json")
    third.write_bytes(b" " * (LONGEST + 1))
    settings = {"way": "files", "folder": str(tmp_path), "back_folder": str(tmp_path), "format": "csv"}
    made = feed(settings, files=Files())
    assert run(made.progress(ORDERS)) == (Progress(reference=ORDERS[0].reference, tracking="A1"),)


def test_a_folder_that_is_missing_is_told_of(tmp_path: Path) -> None:
    settings = {"way": "files", "folder": str(tmp_path), "back_folder": str(tmp_path / "no")}
    made = feed(settings, files=Files())
    with pytest.raises(Configuration):
        run(made.progress(ORDERS))
    assert [one.ok for one in run(made.check())] == [False]


def test_the_column_that_the_receiver_fills_is_read(tmp_path: Path) -> None:
    path = tmp_path / "erp.db"
    with sqlite3.connect(path) as db:
        db.execute(DDL.replace("document LONGTEXT NOT NULL", "document LONGTEXT, parcel VARCHAR(99)"))
        for one, number in zip(ORDERS[:2], ("A1", None), strict=True):
            row = (one.reference, *("x",) * 5, "2026-01-01", "2026-01-01", "EUR", 1, "{}", number)
            db.execute(f"INSERT INTO shopweave_orders VALUES ({', '.join('?' * len(row))})", row)
    opened = open_sql(f"sqlite:///{path}")
    made = feed({"way": "table", "path": str(path), "tracking_column": "parcel"}, sql=lambda _: opened)
    assert set(run(made.progress(ORDERS))) == {
        Progress(reference=ORDERS[0].reference, tracking="A1"),
        Progress(reference=ORDERS[1].reference),
    }
    assert [one.ok for one in run(made.check())] == [True]
    opened.close()
    db.close()


@pytest.mark.parametrize(
    ("more", "code"), [({"tracking_column": "a b"}, "ORD-003"), ({"table_name": "a;b"}, "ORD-003")]
)
def test_a_name_that_is_none_is_refused(more: dict[str, Any], code: str) -> None:
    with pytest.raises(Configuration, match=code):
        feed({"way": "table", "path": "x.db", **more})


def test_an_address_to_ask_is_https_too() -> None:
    with pytest.raises(Configuration, match="ORD-002"):
        feed({**HTTP, "progress_url": "http://receiver.example/progress"})


@pytest.mark.parametrize(
    "more",
    [
        {"way": "http", "url": URL, "progress_url": ASKED},
        {"way": "files", "back_folder": "in"},
        {"way": "table", "tracking_column": "parcel"},
    ],
)
def test_only_who_says_where_numbers_are_can_be_asked(more: dict[str, Any]) -> None:
    given = {option.name: option.default for option in OPTIONS}
    for settings, can in (({**given, **more}, True), ({**given, "way": more["way"]}, False)):
        takes = capabilities(settings).takes
        assert takes is not None
        assert bool(takes.follows) is can


def test_a_report_is_read_whatever_else_it_says() -> None:
    body = msgspec.json.encode({"orders": [{"reference": "a", "tracking": "1", "carrier": "posti"}]})
    assert asked(Answers(200, body)) == (Progress(reference="a", tracking="1"),)


@pytest.mark.parametrize("settings", [{}, {"way": "fax"}])
def test_settings_that_are_wrong_are_told_of_elsewhere(settings: dict[str, Any]) -> None:
    takes = capabilities(settings).takes
    assert takes is not None
    assert not takes.follows
