"""The command line as a user has it: real processes, exit codes, JSON, no traces."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long(30)

EXE = [sys.executable, "-c", "from shopweave.cli import main; main()"]


def call(*arguments: str, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*EXE, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **(env or {})},
    )


def last(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; from shopweave.cli import app; print(sorted(m for m in sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    for heavy in ("sqlalchemy", "aiohttp", "dbos", "litestar", "shopweave.hub"):
        assert f"'{heavy}'" not in loaded
    assert "Usage: shopweave" in call("--help", cwd=tmp_path).stdout


def test_init_writes_a_file_once(tmp_path: Path) -> None:
    assert call("init", cwd=tmp_path).returncode == 0
    assert "[connections.shop]" in (tmp_path / "shopweave.toml").read_text()
    again = call("init", cwd=tmp_path)
    assert again.returncode == 2
    assert "CFG-102" in again.stderr


@pytest.mark.parametrize(
    "place", [("--dir", "hub", "check"), ("check", "--dir", "hub"), ("check", "--dir=hub")]
)
def test_the_folder_may_be_named_before_or_after_the_command(tmp_path: Path, place: tuple[str, ...]) -> None:
    done = call(*place, cwd=tmp_path)
    assert done.returncode == 2
    assert str(tmp_path / "hub") in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_settings_end_with_2_and_name_the_line(tmp_path: Path) -> None:
    (tmp_path / "shopweave.toml").write_text('[hub]\ntime_zome = "UTC"\n')
    done = call("run", cwd=tmp_path)
    assert done.returncode == 2
    assert "shopweave.toml:2: hub.time_zome: " in done.stderr
    assert "Did you mean 'time_zone'?" in done.stderr


@pytest.fixture(scope="module")
def round_one(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    folder = tmp_path_factory.mktemp("demo")
    done = call(
        "demo",
        "--once",
        "--items",
        "24",
        "--json",
        "--dir",
        str(folder),
        "--dump",
        str(folder / "out"),
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return folder, last(done)


def test_the_demo_converges_and_says_so(round_one: tuple[Path, Any]) -> None:
    folder, report = round_one
    assert report["converged"]
    assert report["items"] == 24
    assert report["approved"] > 24
    assert report["remote"]["shop"]["writes"] > 0
    assert report["remote"]["till"]["writes"] == 0
    assert set(report["runs"][0]) == {
        "flow",
        "read",
        "matched",
        "changed",
        "skipped",
        "held",
        "failed",
        "requests",
        "seconds",
    }
    till = {one["sku"]: one for one in json.loads((folder / "out" / "till.json").read_text())}
    shop = {one["sku"]: one for one in json.loads((folder / "out" / "shop.json").read_text())}
    active = {sku for sku, one in till.items() if one["status"] == "active"}
    assert {sku for sku, one in shop.items() if one["status"] == "active"} == active
    for sku, one in shop.items():
        assert (one["gtin"], one["price"], one["parent"]) == (
            till[sku]["gtin"],
            till[sku]["price"],
            till[sku]["parent"],
        )


def test_the_demo_again_writes_nothing_and_a_price_change_is_one_request(round_one: tuple[Path, Any]) -> None:
    folder, _ = round_one
    again = last(call("demo", "--once", "--items", "24", "--json", "--dir", str(folder), cwd=folder))
    assert again["remote"]["shop"]["writes"] == 0
    with sqlite3.connect(folder / "till.sqlite") as db:
        db.execute("UPDATE phppos_items SET unit_price = unit_price + 1, last_modified = datetime('now')")
    changed = last(call("demo", "--once", "--items", "24", "--json", "--dir", str(folder), cwd=folder))
    assert 1 <= changed["remote"]["shop"]["writes"] <= 8
    assert (
        last(call("demo", "--once", "--json", "--dir", str(folder), cwd=folder))["remote"]["shop"]["writes"]
        == 0
    )


def test_the_settings_of_the_demo_show_the_raised_allowance(round_one: tuple[Path, Any]) -> None:
    text = (round_one[0] / "shopweave.toml").read_text()
    assert re.search(r"requests_per_second = \d+ +# ", text)


def test_commands_work_on_the_demos_folder_without_its_shop(round_one: tuple[Path, Any]) -> None:
    folder, _ = round_one
    checked = call("check", "--json", "--dir", str(folder), cwd=folder)
    assert checked.returncode == 2
    assert not last(checked)["works"]
    told = last(call("explain", "1", "regular_price", "--json", "--dir", str(folder), cwd=folder))
    assert told["stories"][0]["rules"] == ["till-to-shop owns it"]
    assert call("findings", "--dir", str(folder), cwd=folder).returncode == 0
    assert "Nothing waits" in call("plans", "--dir", str(folder), cwd=folder).stdout
    unknown = call("explain", "nothing", "--dir", str(folder), cwd=folder)
    assert unknown.returncode == 2
    assert "HUB-404" in unknown.stderr


def test_no_secret_stands_in_the_database_or_the_output(round_one: tuple[Path, Any]) -> None:
    folder, report = round_one
    secret = (folder / "simulators" / "shop-password").read_text()
    assert secret not in json.dumps(report)
    with sqlite3.connect(folder / "hub.sqlite") as db:
        dumped = "\n".join(db.iterdump())
    assert secret not in dumped


def test_a_folder_that_somebody_works_on_is_left_alone(tmp_path: Path) -> None:
    from shopweave.runtime.folder import FolderLock

    (tmp_path / "shopweave.toml").write_text("[hub]\n")
    lock = FolderLock(tmp_path)
    lock.take()
    done = call("run", cwd=tmp_path)
    lock.release()
    assert done.returncode == 4
    assert "STORE-004" in done.stderr
    assert str(os.getpid()) in done.stderr


def test_looking_is_possible_while_another_process_works(tmp_path: Path) -> None:
    from shopweave.runtime.folder import FolderLock

    (tmp_path / "shopweave.toml").write_text("[hub]\n")
    lock = FolderLock(tmp_path)
    lock.take()
    done = call("plans", cwd=tmp_path)
    lock.release()
    assert done.returncode == 0
    assert "Nothing waits" in done.stdout


def test_a_plan_shows_every_value_it_would_change(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    call("demo", "--once", "--items", "12", "--simple", "--json", "--dir", str(folder), cwd=tmp_path)
    with sqlite3.connect(folder / "till.sqlite") as db:
        db.execute("UPDATE phppos_items SET unit_price = 100, last_modified = datetime('now')")
    port = re.search(r'url = "http://127.0.0.1:(\d+)"', (folder / "shopweave.toml").read_text())
    assert port
    command = [*EXE, "simulate", "woocommerce", "--dir", str(folder), "--port", f"woocommerce={port[1]}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as shop:
        assert shop.stdout
        shop.stdout.readline()
        told = call("plan", "till-to-shop", "--dir", str(folder), cwd=tmp_path)
        shop.send_signal(signal.SIGINT)
    assert told.returncode == 3, told.stderr
    number = re.search(r"shopweave approve (\d+)", told.stdout)
    assert number
    assert "regular_price: " in told.stdout
    assert " → 100" in told.stdout
    shown = call("plans", number[1], "--dir", str(folder), cwd=tmp_path)
    whole = last(call("plans", number[1], "--json", "--dir", str(folder), cwd=tmp_path))
    assert shown.stdout.count("regular_price: ") == len(whole["changes"]) == whole["plan"]["held"] > 5
    assert {one["atom"] for one in whole["changes"]} == {"regular_price"}
    listed = call("plans", "--dir", str(folder), cwd=tmp_path).stdout
    assert f"{number[1]}: till-to-shop, {whole['plan']['held']} changes" in listed
    assert call("plans", "99", "--dir", str(folder), cwd=tmp_path).returncode == 2


def test_the_living_demo_ends_well_when_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "world").mkdir()
    command = [*EXE, "demo", "--items", "3", "--simple", "--dir", "world"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        told = [demo.stdout.readline()]
        while "Ctrl-C ends the demo" not in told[-1]:
            told.append(demo.stdout.readline())
            assert told[-1]
        demo.send_signal(signal.SIGINT)
        told += demo.stdout.readlines()
    assert demo.returncode == 0
    assert any("Everything is in step" in line for line in told)
    assert "the next start goes on from here" in told[-1]
