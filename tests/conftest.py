"""What all tests share: the report of proven seed lines, and services that may not be missing in CI."""

from collections.abc import Generator
from pathlib import Path

import msgspec
import pytest

_PROVEN: pytest.StashKey[dict[str, list[str]]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds-report", default="", help="write which seed lines passed into this file")


def pytest_configure(config: pytest.Config) -> None:
    proven: dict[str, list[str]] = {"tests": [], "docs": [], "failed": []}
    config.stash[_PROVEN] = proven


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    proven = item.config.stash[_PROVEN]
    for mark in item.iter_markers("seed"):
        kind = "docs" if mark.kwargs.get("by") == "docs" else "tests"
        if report.failed or report.skipped:
            proven["failed"] += mark.args
        elif call.when == "call":
            proven[kind] += mark.args
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--seeds-report")
    if path:
        Path(path).write_bytes(msgspec.json.encode(session.config.stash[_PROVEN]))
