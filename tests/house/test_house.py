"""The rules of the house are kept, and the checks of them can fail."""

import configparser
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tools.public import LIST, private_imports, public
from tools.rooms import ROOMS, contracts, forbidden
from tools.seams import ALLOWED, breaches, is_allowed, main
from tools.seeds import Proven, report
from tools.shape import faults

pytestmark = pytest.mark.long(30)

SOURCE = Path("src/shopweave")
MODULES = sorted(SOURCE.rglob("*.py"))


def test_every_room_has_its_contract_and_the_file_is_up_to_date() -> None:
    assert Path(".importlinter").read_text() == contracts(), "run: python -m tools.rooms"
    found = configparser.ConfigParser()
    found.read_string(contracts())
    assert sum(name.startswith("importlinter:contract:room_") for name in found.sections()) == len(ROOMS)
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(ROOMS)


def test_all_contracts_are_kept() -> None:
    done = _linted(Path(), {**os.environ})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def _linted(folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Lint in a process of its own: the linter rewires logging, and is slow while lines are counted."""
    code = "from importlinter.cli import lint_imports as l; raise SystemExit(l(cache_dir=None))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("place", "line", "contract"),
    [
        ("core/match.py", "import shopweave.store.tables", "core imports"),
        ("connectors/icecat/client.py", "import shopweave.connectors.phppos", "each other"),
        ("hub/plans.py", "import sqlalchemy", "sqlalchemy is used in"),
        ("storms/oracle.py", "import shopweave.hub.runs", "the oracle imports"),
        ("storms/oracle.py", "import shopweave.storms.harness", "the oracle imports"),
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, place: str, line: str, contract: str) -> None:
    root = tmp_path / "shopweave"
    for room in ROOMS:
        (root / room).mkdir(parents=True)
        (root / room / "__init__.py").touch()
    for name in ("connectors/icecat", "connectors/phppos"):
        (root / name).mkdir()
        (root / name / "__init__.py").touch()
    for name in (
        "__init__",
        "store/tables",
        "hub/runs",
        "storms/harness",
        "storms/oracle",
        "storms/scenario",
    ):
        (root / f"{name}.py").touch()
    (root / place).write_text(line)
    (tmp_path / ".importlinter").write_text(contracts(root))
    done = _linted(tmp_path, {"PYTHONPATH": "."})
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(broken) == 1
    assert contract in broken[0]


def test_the_model_may_import_nothing() -> None:
    assert set(forbidden()["model"]) == set(ROOMS) - {"model"}


def test_the_seams_are_kept() -> None:
    assert main(SOURCE) == 0


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "import uuid as ids",
        "from random import Random",
        "from secrets import token_hex",
        "import concurrent.futures",
        "import asyncio\nasyncio.sleep(1)",
        "import asyncio as loop\nloop.run(x())",
        "from asyncio import sleep as rest",
        "import asyncio\nasyncio.to_thread(f)",
        "import asyncio\nfor one in asyncio.as_completed(x): pass",
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.utcnow()",
        "import datetime as dt\ndt.date.today()",
        "from datetime import datetime as moment\nmoment.today()",
        "loop.run_in_executor(None, f)",
        "import threading",
        "import os\nos.urandom(3)",
    ],
)
def test_the_seam_lint_finds_what_reaches_past(text: str) -> None:
    assert list(breaches(Path("x.py"), text))


@pytest.mark.parametrize(
    "text",
    [
        "import asyncio\nasync with asyncio.timeout(1): pass",
        "from datetime import datetime\ndatetime.fromisoformat(x)",
        "clock.now()\nself.random.random()\nids.new()",
        "from shopweave.model.seams import Random",
        "run.time()\nruns.sleep(3)",
    ],
)
def test_the_seam_lint_lets_the_seams_themselves_through(text: str) -> None:
    assert not list(breaches(Path("x.py"), text))


def test_only_the_adapters_are_excused_and_each_needs_it() -> None:
    assert is_allowed("runtime/clock.py")
    assert not is_allowed("lanes/turn.py")
    assert not is_allowed("store/sqlite_more.py")
    for place in ALLOWED:
        path = SOURCE / place
        modules = [path] if path.is_file() else sorted(path.rglob("*.py"))
        found = [breach for one in modules for breach in breaches(one, one.read_text("utf-8"))]
        assert found or not modules, f"{place} needs no excuse"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_module_is_in_shape(path: Path) -> None:
    assert list(faults(path.read_text("utf-8"))) == []
    assert list(private_imports(path)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "says not what it is for"),
        ('"""A."""\n' + "x = 1\n" * 400, "more than 400 lines"),
        ('"""A."""\n' + "# why\n" * 5 + "x = 1\n" * 50, "5 comment lines"),
        ('"""A."""\n# TODO more\n', "unfinished"),
        ('"""A."""\nclass RunManager: ...\n', "no word of the house"),
        ('"""A."""\ndef utils(): ...\n', "no word of the house"),
        ('"""A."""\ndef f():\n' + "    g()\n" * 41, "'f' has 42 lines"),
    ],
)
def test_what_is_out_of_shape_is_found(text: str, said: str) -> None:
    assert any(said in what for _, what in faults(text))


def test_a_private_name_of_another_package_is_found(tmp_path: Path) -> None:
    path = tmp_path / "shopweave" / "hub" / "runs.py"
    path.parent.mkdir(parents=True)
    path.write_text("from shopweave.store.plans import _row\nfrom shopweave.hub.plans import _own\n")
    assert list(private_imports(path, tmp_path / "shopweave")) == [(1, "shopweave.store.plans._row")]


def test_what_packages_show_is_the_written_list() -> None:
    assert LIST.read_text("utf-8").splitlines() == public(), "run: python -m tools.public"


def test_the_report_of_seeds_counts_and_names_what_is_missing() -> None:
    lines = report(["ICE-01", "ICE-02", "ICE-03"], Proven(tests=["ICE-01"], docs=["ICE-02"], failed=[]))
    assert lines == ["ICE 2/3 (1 documented)", "  missing: ICE-03"]
    assert report(["ICE-01"], Proven(tests=["ICE-01"], docs=[], failed=["ICE-01"]))[0] == "ICE 0/1"
    both = Proven(tests=["ICE-01"], docs=["ICE-01"], failed=[])
    assert report(["ICE-01", "ITH-01"], both) == ["ICE 1/1", "ITH 0/1", "  missing: ITH-01"]
