"""The rules of the house are kept, and the checks of them can fail."""

import ast
import configparser
from pathlib import Path

import pytest
from importlinter.cli import lint_imports
from tools.rooms import ROOMS, contracts, forbidden
from tools.seams import breaches, is_allowed, main
from tools.seeds import Proven, report

SOURCE = Path("src/shopweave")


def test_every_room_has_its_contract_and_the_file_is_up_to_date() -> None:
    assert Path(".importlinter").read_text() == contracts()
    found = configparser.ConfigParser()
    found.read_string(contracts())
    assert sum(name.startswith("importlinter:contract:room_") for name in found.sections()) == len(ROOMS)
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(ROOMS)


def test_all_contracts_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_imports(config_filename=".importlinter", is_debug_mode=False) == 0
    assert "0 broken" in capsys.readouterr().out


def test_the_model_may_import_nothing() -> None:
    assert set(forbidden()["model"]) == set(ROOMS) - {"model"}


def test_the_seams_are_kept() -> None:
    assert main(SOURCE) == 0


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "from random import Random",
        "import asyncio\nasyncio.sleep(1)",
        "from asyncio import sleep",
        "from datetime import datetime\ndatetime.now()",
        "loop.run_in_executor(None, f)",
        "import threading",
    ],
)
def test_the_seam_lint_finds_what_reaches_past(text: str) -> None:
    assert list(breaches(Path("x.py"), text))


def test_only_the_adapters_are_excused() -> None:
    assert is_allowed("runtime/clock.py")
    assert not is_allowed("lanes/turn.py")


def test_every_module_says_what_it_is_for_and_none_is_endless() -> None:
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        assert ast.get_docstring(ast.parse(text)), path
        assert text.count("\n") <= 400, path


def test_the_report_of_seeds_counts_and_names_what_is_missing() -> None:
    lines = report(["ICE-01", "ICE-02", "ICE-03"], Proven(tests=["ICE-01"], docs=["ICE-02"], failed=[]))
    assert lines == ["ICE 2/3 (1 documented)", "  missing: ICE-03"]
    assert report(["ICE-01"], Proven(tests=["ICE-01"], docs=[], failed=["ICE-01"]))[0] == "ICE 0/1"
