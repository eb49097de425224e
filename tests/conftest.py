"""What all tests share: the report of proven seed lines, and services that may not be missing in CI."""

import os
import tomllib
from collections.abc import Generator
from pathlib import Path

import msgspec
import pytest
from tools.seeds import pristine

SERVICES = {"postgres": "postgres", "mariadb": "mariadb", "chromium": "browser"}
SEEDS = Path(__file__).with_name("seeds.txt")
PAINS = Path(__file__).with_name("pains.toml")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds-report", default="", help="write which seed lines passed into this file")


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--seeds-report")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Proofs(Path(path), config), "proofs")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first, so that all workers end together, and look at the marks."""
    _refuse_unknown(items)
    for item in items:
        if "postgres" in _variant(item) and "store" not in item.path.parts:
            item.add_marker("uncounted")
    items.sort(key=lambda item: -max((mark.args[0] for mark in item.iter_markers("long")), default=0))


def _variant(item: pytest.Item) -> str:
    """Give the parameters of a test as text."""
    return item.name.partition("[")[2]


def _refuse_unknown(items: list[pytest.Item]) -> None:
    """Refuse marks of lines that do not exist: a typing error would hide that a line is unproven."""
    known = {"seed": set(SEEDS.read_text("utf-8").split()), "pain": _pains()}
    for item in items:
        for kind, lines in known.items():
            for mark in item.iter_markers(kind):
                if unknown := set(mark.args) - lines:
                    raise pytest.UsageError(f"{item.nodeid}: there is no line {', '.join(sorted(unknown))}")


def _pains() -> set[str]:
    found = tomllib.loads(PAINS.read_text("utf-8")) if PAINS.exists() else {"pain": []}
    return {one["places"][0] for one in found["pain"]}


@pytest.fixture(scope="session", autouse=True)
def _short_pauses() -> None:
    """Look often whether a run has ended: hubs of tests are small, and most of their time was such pauses."""
    from shopweave.hub import runs  # not before coverage counts

    runs.PAUSE, runs.LONGEST_PAUSE = 0.01, 0.03


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let coverage rest during tests that run the same lines as others; counting doubles their time."""
    counting = getattr(item.config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if counting is None or not item.get_closest_marker("uncounted"):
        return (yield)
    counting.pause()
    try:
        return (yield)
    finally:
        counting.resume()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _require(item, report)
    _note(item, report)
    return report


def _require(item: pytest.Item, report: pytest.TestReport) -> None:
    """Turn a skip into a failure where the environment says that a service must be there."""
    asked = [name.strip() for name in os.environ.get("SHOPWEAVE_REQUIRE", "").split(",")]
    missed = [name for name in asked if item.get_closest_marker(SERVICES.get(name, name) or "-")]
    if report.skipped and missed and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"SHOPWEAVE_REQUIRE asks for {', '.join(missed)}, but: {call_reason(report)}"


def call_reason(report: pytest.TestReport) -> str:
    """Give the reason of a skip."""
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def _note(item: pytest.Item, report: pytest.TestReport) -> None:
    """Say in the report which lines it proves; it may come from another process."""
    proves: list[tuple[str, str]] = []
    for mark in item.iter_markers("seed"):
        kind = "docs" if mark.kwargs.get("by") == "docs" else "tests"
        if report.failed or report.skipped:
            proves += [("failed", one) for one in mark.args]
        elif report.when == "call":
            proves += [(kind, one) for one in mark.args]
    vars(report)["proves"] = proves


class Proofs:
    """What the tests prove, whichever process runs them; `of` names the commit if all of it was passed."""

    def __init__(self, path: Path, config: pytest.Config) -> None:
        self.path, self.found = path, {"tests": list[str](), "docs": list[str](), "failed": list[str]()}
        chosen = config.option.keyword or config.option.markexpr or config.option.deselect
        is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen
        self.of = pristine() if is_whole else ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for kind, line in getattr(report, "proves", ()):
            self.found[kind].append(line)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        of = self.of if exitstatus == pytest.ExitCode.OK and pristine() == self.of else ""
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(msgspec.json.encode({**self.found, "of": of}))
