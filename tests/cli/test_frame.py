"""The frame of the command line: folder, exit codes, errors, JSON."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog

from shopweave import __version__
from shopweave.cli import console, main
from shopweave.cli.running import code_of, dir_first, fail
from shopweave.hub.settings.templates import INIT
from shopweave.model.errors import Configuration, HubError, NoAnswer, Refused
from shopweave.runtime.folder import FolderBusy, FolderLock
from shopweave.runtime.secrets import MASK, Masker

TOLD = "s3cr3t-Value/+"
SETTINGS = """
[connections.till]
type = "phppos"
path = "till.sqlite"

[connections.shop]
type = "woocommerce"
url = "https://shop.invalid"
application_password = { env = "SHOP_PASSWORD" }
wp_user = "hub"

[flows.prices]
source = "till"
target = "shop"
own = ["regular_price"]
"""
Result = tuple[int, str, str]
Command = Callable[..., Result]


@pytest.fixture
def shopweave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command in this process; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SHOPWEAVE_DIR", raising=False)
    monkeypatch.delenv("SHOPWEAVE_DEBUG", raising=False)
    monkeypatch.setenv("SHOP_PASSWORD", TOLD)

    def run(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["shopweave", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        structlog.reset_defaults()
        out, err = capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 0, out, err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shopweave.toml").write_text(SETTINGS)
    return tmp_path


def last(out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["check"], ["check"]),
        (["check", "--dir", "a"], ["--dir", "a", "check"]),
        (["--dir", "a", "check"], ["--dir", "a", "check"]),
        (["icecat", "--dir=a", "bulk", "--json"], ["--dir=a", "icecat", "bulk", "--json"]),
        (["--dir", "a", "check", "--dir", "b"], ["--dir", "b", "check"]),
        (["run", "--", "--dir", "a"], ["run", "--", "--dir", "a"]),
        (["check", "--dir"], ["--dir"]),
    ],
)
def test_the_folder_may_stand_anywhere(given: list[str], meant: list[str]) -> None:
    assert dir_first(given) == meant


def test_the_version_is_told(shopweave: Command) -> None:
    assert shopweave("version") == (0, f"{__version__}\n", "")


def test_help_names_every_command_and_the_folder(shopweave: Command) -> None:
    code, out, _ = shopweave("--help")
    assert code == 0
    for word in ("init", "check", "plan", "run", "approve", "explain", "findings", "demo", "icecat", "--dir"):
        assert word in out


@pytest.mark.parametrize(
    "arguments", [("chek",), ("check", "--jsonn"), ("check", "--dir"), ("approve", "x"), ("explain",)]
)
def test_wrong_usage_ends_with_2(shopweave: Command, arguments: tuple[str, ...]) -> None:
    code, out, err = shopweave(*arguments)
    assert (code, out) == (2, "")
    assert "Error: " in err
    assert "Traceback" not in err


def test_help_comes_at_once() -> None:
    """The processor's time is measured, which other tests beside this one do not lengthen much."""
    took = []
    for _ in range(3):
        began = os.times()
        subprocess.run([sys.executable, "-m", "shopweave.cli", "--help"], check=True, capture_output=True)
        ended = os.times()
        took.append(ended.children_user + ended.children_system - began.children_user - began.children_system)
    assert min(took) < 0.3


def test_help_loads_nothing_heavy() -> None:
    heavy = "sqlalchemy aiohttp dbos litestar alembic cryptography structlog rich.console msgspec asyncio ssl"
    code = (
        "import sys\nimport shopweave.cli.app\n"
        f"print([name for name in {heavy.split()} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_init_writes_a_template_for_its_owner_alone(shopweave: Command, tmp_path: Path) -> None:
    code, out, _ = shopweave("init", "--dir", "new")
    path = tmp_path / "new" / "shopweave.toml"
    assert code == 0
    assert str(path) in out
    assert path.read_text("utf-8") == INIT
    assert path.stat().st_mode & 0o777 == 0o600


def test_init_never_writes_over_a_file(shopweave: Command, folder: Path) -> None:
    code, _, err = shopweave("init")
    assert code == 2
    assert "CFG-102" in err
    assert (folder / "shopweave.toml").read_text() == SETTINGS


def test_a_folder_without_settings_ends_with_2_and_a_remedy(shopweave: Command) -> None:
    code, out, err = shopweave("check")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "shopweave init" in err
    assert "(CFG-101)" in err


def test_wrong_settings_end_with_2_and_one_line_each(shopweave: Command, folder: Path) -> None:
    text = SETTINGS.replace("own =", "owns =").replace('wp_user = "hub"', "wp_usr = 1")
    (folder / "shopweave.toml").write_text(text)
    code, _, err = shopweave("flows")
    assert code == 2
    lines = err.splitlines()
    file = folder / "shopweave.toml"
    assert lines[0].startswith(f"{file}:10: connections.shop.wp_usr: unknown key. Did you mean 'wp_user'?")
    assert lines[1].startswith(f"{file}:15: flows.prices.owns: unknown key. Did you mean 'own'?")
    assert "Traceback" not in err


def test_an_error_is_json_too_where_that_is_asked(shopweave: Command, folder: Path) -> None:
    (folder / "shopweave.toml").write_text(SETTINGS.replace("own =", "owns ="))
    code, out, _ = shopweave("check", "--json")
    error = last(out)["error"]
    assert code == 2
    assert error["code"] == "CFG-100"
    assert error["problems"][0]["line"] == 15
    assert error["problems"][0]["nearest"] == "own"


@pytest.mark.pain("Starktail/woocommerce_fusion#226")
def test_connections_and_flows_are_listed_without_opening_the_hub(shopweave: Command, folder: Path) -> None:
    assert shopweave("connections")[1] == "till: phppos\nshop: woocommerce\n"
    assert last(shopweave("connections", "--json")[1])["connections"][1]["type"] == "woocommerce"
    assert "prices: till → shop; owns regular_price; only when asked" in shopweave("flows")[1]
    assert last(shopweave("flows", "--json")[1])["flows"][0]["own"] == ["regular_price"]
    assert not (folder / "hub.sqlite").exists()


def test_an_empty_file_has_nothing_to_list(shopweave: Command, tmp_path: Path) -> None:
    (tmp_path / "shopweave.toml").write_text("")
    assert "No connection" in shopweave("connections")[1]
    assert "No flow" in shopweave("flows")[1]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("plans", "Nothing waits for you."),
        ("findings", "Nothing needs you."),
        ("runs", "Nothing has run yet."),
    ],
)
def test_a_hub_that_never_worked_has_nothing_to_tell(
    shopweave: Command, folder: Path, command: str, said: str
) -> None:
    assert folder.exists()
    assert shopweave(command) == (0, f"{said}\n", "")
    assert last(shopweave(command, "--json")[1]) == {command: []}


def test_a_secret_in_the_file_is_doubted_on_standard_error(shopweave: Command, folder: Path) -> None:
    (folder / "shopweave.toml").write_text(SETTINGS.replace('{ env = "SHOP_PASSWORD" }', f'"{TOLD}"'))
    code, out, err = shopweave("connections", "--json")
    assert code == 0
    assert "stands in the file itself" in err
    assert TOLD not in out + err


def test_a_folder_somebody_works_on_ends_with_4(shopweave: Command, folder: Path) -> None:
    lock = FolderLock(folder)
    lock.take()
    try:
        code, _, err = shopweave("run")
    finally:
        lock.release()
    assert code == 4
    assert f"Process {os.getpid()} works on {folder}" in err


def test_a_plan_or_item_that_is_not_there_ends_with_2(shopweave: Command, folder: Path) -> None:
    assert shopweave("approve", "7")[0] == 2
    assert shopweave("reject", "7")[0] == 2
    assert "HUB-404" in shopweave("explain", "X-1")[2]
    code, _, err = shopweave("run", "pricess")
    assert code == 2
    assert "There are: prices." in err


def test_an_unforeseen_error_is_one_line_and_a_masked_trace_in_the_log(
    shopweave: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> None:
        raise RuntimeError(f"password {TOLD} spoilt")

    monkeypatch.setattr("shopweave.hub.checking.check_all", broken)
    code, out, err = shopweave("check", "--json")
    assert code == 1
    assert err.count("\n") == 1
    assert "HUB-500" in err
    log = next((folder / "logs").glob("shopweave-*.log"))
    assert str(log) in err
    assert last(out)["error"]["code"] == "HUB-500"
    text = log.read_text("utf-8")
    assert "Traceback" in text
    assert "RuntimeError: password ••• spoilt" in text
    assert TOLD not in text + out + err


def test_a_developer_can_ask_for_the_trace(
    shopweave: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: object) -> None:
        raise RuntimeError("spoilt")

    monkeypatch.setattr("shopweave.hub.checking.check_all", broken)
    monkeypatch.setenv("SHOPWEAVE_DEBUG", "1")
    code, _, err = shopweave("check")
    assert code == 1
    assert "RuntimeError: spoilt" in err
    assert "Traceback" in err


@pytest.mark.parametrize("command", ["runs", "run", "check", "findings"])
def test_a_damaged_hub_is_told_with_its_remedy(shopweave: Command, folder: Path, command: str) -> None:
    (folder / "hub.sqlite").write_bytes(b"no database" * 1_000)
    code, out, err = shopweave(command, "--json")
    assert (code, last(out)["error"]["code"]) == (2, "STORE-015")
    assert "shopweave restore" in err
    assert err.count("\n") == 1


def test_a_folder_that_cannot_be_is_told(shopweave: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, _, err = shopweave("init", "--dir", "file/hub")
    assert code == 2
    assert f"{tmp_path / 'file' / 'hub'}: Not a directory." in err
    assert "(HUB-501)" in err


def test_a_folder_nobody_may_write_to_is_told(
    shopweave: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, *_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("shopweave.runtime.folder.os.open", refused)
    code, out, err = shopweave("run", "--json")
    assert (code, last(out)["error"]["code"]) == (2, "HUB-501")
    assert f"{folder / 'hub.lock'}: Permission denied. Look whether" in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Configuration("x"), 2),
        (Refused("x"), 1),
        (NoAnswer("x"), 1),
        (FolderBusy("x"), 4),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: HubError, code: int) -> None:
    assert code_of(error) == code


def test_errors_that_came_together_are_told_one_by_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    group = ExceptionGroup("both", [Refused("One."), ExceptionGroup("in", [Configuration("Two.")])])
    assert fail(group, tmp_path, as_json=False) == 2
    assert capsys.readouterr().err == "One. (REF-001)\nTwo. (CFG-001)\n"


def test_an_error_never_shows_a_secret(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopweave.runtime.secrets.MASK", Masker([TOLD]))
    assert MASK is not None
    fail(Refused(f"key {TOLD} is wrong", remedy=f"not {TOLD}"), tmp_path, as_json=True)
    out, err = capsys.readouterr()
    assert TOLD not in out + err
    assert "•••" in err


def test_progress_is_for_terminals_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    console.say("running")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    console.say("running prices")
    console.say("running texts")
    console.tell("done")
    console.quiet()
    out, err = capsys.readouterr()
    assert out == "done\n"
    assert "running" in err
