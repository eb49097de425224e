"""Logs: one JSON object a line, one file a day, masked, removed when old. People read the console instead."""

import logging
import os
import re
import threading
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import structlog

from shopweave.model.seams import Clock
from shopweave.runtime.secrets import MASK

FOLDER = "logs"
_NAME = re.compile(r"shopweave-(\d{4}-\d{2}-\d{2})\.log", re.ASCII)
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
Masking = Callable[[str], str]


class LogFiles:
    """The log files of a folder: a line goes to the file of its day, in one write, from any thread."""

    def __init__(self, folder: Path, clock: Clock, *, days: int = 7, mask: Masking = MASK) -> None:
        self._folder, self._clock, self._days, self._mask = folder, clock, days, mask
        self._lock = threading.Lock()
        self._day: date | None = None
        self._file = -1

    @property
    def path(self) -> Path:
        """Give the file of today."""
        return self._folder / f"shopweave-{self._clock.now().date().isoformat()}.log"

    def write(self, event: Mapping[str, Any]) -> None:
        """Write one event; values that are not plain are written as texts."""
        now = self._clock.now()
        line = msgspec.json.encode({"at": now.isoformat(timespec="milliseconds"), **event}, enc_hook=str)
        text = self._mask(line.decode())
        with self._lock:
            if now.date() != self._day:
                self._turn(now.date())
            os.write(self._file, f"{text}\n".encode())

    def _turn(self, day: date) -> None:
        """Go on to the file of another day and remove those that are too old."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._file >= 0:
            os.close(self._file)
        path = self._folder / f"shopweave-{day.isoformat()}.log"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._day = day
        for old in sorted(self._folder.iterdir()):
            match = _NAME.fullmatch(old.name)
            if match and day - date.fromisoformat(match[1]) > timedelta(days=self._days):
                old.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
            self._file, self._day = -1, None


class _Sink:
    """What structlog calls in the end: every level writes."""

    def __init__(self, files: LogFiles) -> None:
        self._files = files

    def msg(self, **event: Any) -> None:
        self._files.write(event)

    log = debug = info = warning = warn = error = critical = fatal = exception = msg


class _Libraries(logging.Handler):
    """Brings what libraries log into the same files."""

    def __init__(self, files: LogFiles) -> None:
        super().__init__(logging.WARNING)
        self._files = files

    def emit(self, record: logging.LogRecord) -> None:
        event = {"level": record.levelname.lower(), "action": f"library.{record.name}"}
        if record.exc_info and record.exc_info[1]:
            event["trace"] = "".join(traceback.format_exception(record.exc_info[1]))
        self._files.write({**event, "text": record.getMessage()})


def open_logs(
    folder: Path, clock: Clock, *, days: int = 7, level: str = "info", mask: Masking = MASK
) -> LogFiles:
    """Send all logs of this process into files below `folder`; gives the files."""
    files = LogFiles(folder / FOLDER, clock, days=days, mask=mask)
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, _arrange],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: _Sink(files),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, _Libraries)]:
        root.removeHandler(handler)
    root.addHandler(_Libraries(files))
    return files


def _arrange(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Put level, action and sentence first; an exception becomes its trace."""
    error = event.pop("exc_info", None)
    text = event.pop("event", "")
    first = {"level": event.pop("level", "info"), "action": event.pop("action", "note"), "text": text}
    if isinstance(error, BaseException):
        event["trace"] = "".join(traceback.format_exception(error))
    return {**first, **event}


def note_crash(files: LogFiles, error: BaseException) -> Path:
    """Keep the trace of an error that nobody foresaw; gives the file it is in."""
    trace = "".join(traceback.format_exception(error))
    files.write({"level": "error", "action": "hub.error", "text": str(error), "trace": trace})
    return files.path
