"""Logs: JSON lines by day, masked, removed when old."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from shopweave.runtime.logs import LogFiles, note_crash, open_logs
from shopweave.runtime.secrets import Masker

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOLD = "s3cr3t-token"


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def files(tmp_path: Path, clock: Hands) -> Iterator[LogFiles]:
    found = open_logs(tmp_path, clock, days=7, mask=Masker([TOLD]))
    yield found
    found.close()
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root = logging.getLogger()
    for handler in [one for one in root.handlers if type(one).__name__ == "_Libraries"]:
        root.removeHandler(handler)


def caught(work: Callable[[], object]) -> ValueError:
    with pytest.raises(ValueError, match="invalid literal") as found:
        work()
    return found.value


def lines(files: LogFiles) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files.path.read_text("utf-8").splitlines()]


def test_an_event_is_one_json_line_with_time_level_action_and_sentence(files: LogFiles) -> None:
    structlog.get_logger().info("Flow ended.", action="run.ended", flow="till-to-shop", read=3)
    assert files.path.name == "shopweave-2026-11-24.log"
    assert lines(files) == [
        {
            "at": "2026-11-24T12:00:00.000+00:00",
            "level": "info",
            "action": "run.ended",
            "text": "Flow ended.",
            "flow": "till-to-shop",
            "read": 3,
        }
    ]


def test_context_is_in_every_line(files: LogFiles) -> None:
    structlog.contextvars.bind_contextvars(run=7)
    structlog.get_logger().warning("Waits.", action="lane.waits")
    assert lines(files)[0]["run"] == 7


def test_secrets_are_hidden_in_texts_values_and_traces(files: LogFiles) -> None:
    log = structlog.get_logger()
    log.info("Asked with s3cr3t-token.", action="a", url=f"https://x/?key={TOLD}", deep={"list": [TOLD]})
    error = caught(lambda: int(TOLD))
    log.warning("Broken.", action="b", exc_info=error)
    note_crash(files, error)
    logging.getLogger("some.library").error("token %s", TOLD)
    text = files.path.read_text("utf-8")
    assert TOLD not in text
    assert text.count("•••") == 7
    assert "Traceback" in text


def test_what_libraries_warn_of_is_in_the_same_file(files: LogFiles) -> None:
    logging.getLogger("some.client").warning("Connection closed")
    logging.getLogger("some.client").info("chatter")
    assert [(one["action"], one["text"]) for one in lines(files)] == [
        ("library.some.client", "Connection closed")
    ]


def test_a_library_error_keeps_its_trace(files: LogFiles) -> None:
    error = caught(lambda: int("x"))
    logging.getLogger("lib").error("Failed", exc_info=error)
    assert "ValueError" in lines(files)[0]["trace"]


def test_values_that_are_not_plain_are_written_as_texts(files: LogFiles) -> None:
    structlog.get_logger().info("x", action="a", path=Path("/a"), kind=ValueError("odd"))
    assert (lines(files)[0]["path"], lines(files)[0]["kind"]) == ("/a", "odd")


def test_each_day_has_its_file_and_old_ones_go(files: LogFiles, clock: Hands, tmp_path: Path) -> None:
    other = tmp_path / "logs" / "notes.txt"
    log = structlog.get_logger()
    for _ in range(10):
        log.info("x", action="a")
        other.touch()
        clock.at += timedelta(days=1)
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert names == ["notes.txt", *(f"shopweave-2026-{day}.log" for day in _days())]


def _days() -> list[str]:
    last = NOON + timedelta(days=9)
    return sorted((last - timedelta(days=back)).strftime("%m-%d") for back in range(8))


def test_logs_are_for_their_owner_alone(files: LogFiles) -> None:
    structlog.get_logger().info("x", action="a")
    assert files.path.stat().st_mode & 0o777 == 0o600


def test_opening_logs_twice_writes_each_library_line_once(
    files: LogFiles, clock: Hands, tmp_path: Path
) -> None:
    again = open_logs(tmp_path, clock)
    logging.getLogger("lib").warning("once")
    assert len(lines(again)) == 1
    again.close()


def test_two_processes_may_write_to_one_file(files: LogFiles, clock: Hands, tmp_path: Path) -> None:
    second = LogFiles(tmp_path / "logs", clock)
    for number in range(20):
        (files if number % 2 else second).write({"text": str(number)})
    second.close()
    assert [one["text"] for one in lines(files)] == [str(number) for number in range(20)]
