"""Bad settings end every command with 2, and say file, line, key, what is allowed and the nearest known name."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXE = [sys.executable, "-c", "from shopweave.cli import main; main()"]
GOOD = """[hub]
time_zone = "Europe/Helsinki"

[connections.till]
type = "phppos"
path = "till.sqlite"

[connections.shop]
type = "woocommerce"
url = "https://shop.example"
wp_user = "hub"
application_password = { env = "SHOP_PASSWORD" }

[flows.prices]
source = "till"
target = "shop"
own = ["regular_price"]
"""


def call(folder: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "shopweave.toml").write_text(text)
    given = {name: value for name, value in os.environ.items() if name != "NOT_SET"}
    return subprocess.run(
        [*EXE, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**given, "SHOP_PASSWORD": "x y z w"},
    )


SECOND = '\n[flows.again]\nsource = "till"\ntarget = "shop"\nown = ["name", "regular_price"]\n'
CASES: dict[str, tuple[tuple[str, str], int, str, str, str, str]] = {
    "an unknown section": (("[hub]", "[hubs]"), 1, "hubs", "", "hub", "connections"),
    "an unknown key": (("time_zone =", "time_zome ="), 2, "hub.time_zome", "", "time_zone", ""),
    "an unknown option": (("wp_user", "wp_usr"), 11, "connections.shop.wp_usr", "", "wp_user", ""),
    "an unknown key of a flow": (("own =", "owns ="), 17, "flows.prices.owns", "", "own", ""),
    "an unknown connector": (
        ('"woocommerce"', '"woocomerce"'),
        9,
        "connections.shop.type",
        "woocomerce",
        "woocommerce",
        "icecat",
    ),
    "an unknown connection": (
        ('target = "shop"', 'target = "shp"'),
        16,
        "flows.prices.target",
        "shp",
        "shop",
        "till",
    ),
    "an unknown atom": (
        ('["regular_price"]', '["regular_prise"]'),
        17,
        "flows.prices.own",
        "regular_prise",
        "regular_price",
        "name",
    ),
    "a text for a number": (
        ('wp_user = "hub"', 'page_size = "many"'),
        11,
        "connections.shop.page_size",
        "many",
        "",
        "",
    ),
    "a number out of range": (
        ('wp_user = "hub"', "page_size = 1000"),
        11,
        "connections.shop.page_size",
        "1000",
        "",
        "100",
    ),
    "a word that is no choice": (
        ('wp_user = "hub"', 'new_products = "publsh"'),
        11,
        "connections.shop.new_products",
        "publsh",
        "publish",
        "draft",
    ),
    "a text for a switch": (
        ('source = "till"', 'source = "till"\ncreate = "no"'),
        16,
        "flows.prices.create",
        "no",
        "",
        "true",
    ),
    "a missing secret": (
        ("SHOP_PASSWORD", "NOT_SET"),
        12,
        "connections.shop.application_password",
        "",
        "",
        "",
    ),
    "a secret file that is not there": (
        ('{ env = "SHOP_PASSWORD" }', '{ file = "nowhere" }'),
        12,
        "connections.shop.application_password",
        "",
        "",
        "",
    ),
    "a missing key": (('url = "https://shop.example"\n', ""), 8, "connections.shop.url", "", "", ""),
    "two owners of one atom": (
        ('own = ["regular_price"]\n', f'own = ["regular_price"]\n{SECOND}'),
        22,
        "flows.again.own",
        "",
        "",
        "",
    ),
    "a zone that is none": (
        ("Europe/Helsinki", "Europe/Helsinky"),
        2,
        "hub.time_zone",
        "Europe/Helsinky",
        "Europe/Helsinki",
        "",
    ),
    "a text that is no TOML": (("[hub]", "[hub"), 1, "", "", "", ""),
}


@pytest.mark.parametrize(("change", "line", "key", "value", "nearest", "allowed"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_with_its_place(
    tmp_path: Path, change: tuple[str, str], line: int, key: str, value: str, nearest: str, allowed: str
) -> None:
    done = call(tmp_path, GOOD.replace(*change), "flows", "--json")
    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr
    error = json.loads(done.stdout.splitlines()[-1])["error"]
    found: dict[str, Any] = next(
        (one for one in error["problems"] if one["key"] == key), error["problems"][0]
    )
    assert (found["key"], found["line"]) == (key, line)
    assert found["file"] == str(tmp_path / "shopweave.toml")
    assert value in found["value"]
    assert nearest in (found["nearest"] or "")
    assert allowed in str(found["allowed"])
    assert found["what"]
    said = next(one for one in done.stderr.splitlines() if key in one)
    assert said.startswith(f"{tmp_path / 'shopweave.toml'}:{line}: ")
    assert not nearest or f"Did you mean '{nearest}'?" in said


@pytest.mark.parametrize(
    "command", [["check"], ["run"], ["plan"], ["connections"], ["findings"], ["work"], ["backup"]]
)
def test_every_command_refuses_bad_settings(tmp_path: Path, command: list[str]) -> None:
    done = call(tmp_path, GOOD.replace("own =", "owns ="), *command)
    assert done.returncode == 2
    assert "shopweave.toml:17: flows.prices.owns: unknown key. Did you mean 'own'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("time_zone =", "time_zome =").replace("wp_user", "wp_usr").replace("own =", "owns =")
    done = call(tmp_path, text, "flows")
    assert [line.split(":")[1] for line in done.stderr.splitlines()][:3] == ["2", "11", "17"]
