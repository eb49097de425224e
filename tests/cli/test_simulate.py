"""`shopweave simulate` as its users have it: a process of its own, real ports, the official client."""

import json
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from woocommerce import API

EXE = [sys.executable, "-c", "from shopweave.cli.app import main; main()", "simulate"]


@contextmanager
def simulated(folder: Path, *arguments: str, end: signal.Signals = signal.SIGINT) -> Iterator[dict[str, Any]]:
    """Serve for as long as the test lasts; the process must end with 0 and without a trace."""
    running = subprocess.Popen(
        [*EXE, "--json", "--dir", str(folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        found = json.loads(running.stdout.readline())
        yield found["simulators"]
        running.send_signal(end)
        _, errors = running.communicate(timeout=20)
        assert (running.returncode, errors) == (0, "")
    finally:
        running.kill()
        running.communicate()


def refused(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [*EXE, "--dir", str(folder), *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    return done.returncode, done.stderr


def client(where: dict[str, Any]) -> API:
    key, secret = (Path(where[f"consumer_{name}_file"]).read_text() for name in ("key", "secret"))
    return API(url=where["url"], consumer_key=key, consumer_secret=secret, version="wc/v3", timeout=10)


def test_all_three_are_served_and_kept_between_calls(tmp_path: Path) -> None:
    with simulated(tmp_path, "--items", "12") as found:
        assert set(found) == {"woocommerce", "icecat", "till"}
        made = client(found["woocommerce"]).post("products", {"name": "Lamp", "sku": "L"})
        assert made.status_code == 201
        where, till = found["woocommerce"]["url"], Path(found["till"]["path"])
        assert till.read_bytes().startswith(b"SQLite format 3")
    with simulated(tmp_path, "--items", "99", end=signal.SIGTERM) as found:
        assert found["woocommerce"]["url"] == where
        kept = client(found["woocommerce"]).get("products", params={"sku": "L"}).json()
        assert [one["name"] for one in kept] == ["Lamp"]


def test_a_shop_has_the_companion_plug_in_if_asked_and_its_feed_goes_on(tmp_path: Path) -> None:
    numbers = []
    for turn in (1, 2):
        with simulated(tmp_path, "woocommerce", "--items", "3", "--companion") as found:
            shop = found["woocommerce"]
            key, secret = (Path(shop[f"consumer_{name}_file"]).read_text() for name in ("key", "secret"))
            check = httpx.get(f"{shop['url']}/wp-json/wc-shopweave/v1/check", auth=(key, secret)).json()
            numbers.append((check["feed"], check["newest"]))
            assert client(shop).post("products", {"name": f"Lamp {turn}"}).status_code == 201
    assert numbers[0][0] == numbers[1][0]
    assert numbers[1][1] == numbers[0][1] + 1
    with simulated(tmp_path, "woocommerce") as found:
        answer = httpx.get(f"{found['woocommerce']['url']}/wp-json/wc-shopweave/v1/check")
        assert answer.status_code == 404


def test_credentials_are_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    with simulated(tmp_path, "woocommerce", "icecat", "--items", "3") as found:
        files = [value for one in found.values() for name, value in one.items() if name.endswith("_file")]
        assert len(files) == 4
        for name in files:
            assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
            assert Path(name).read_text() not in json.dumps(found)


def test_a_shop_without_a_till_has_goods_of_its_own(tmp_path: Path) -> None:
    with simulated(tmp_path, "woocommerce", "--items", "12", "--simple", "--version", "9.2.1") as found:
        assert set(found) == {"woocommerce"}
        api = client(found["woocommerce"])
        goods = api.get("products", params={"per_page": 100}).json()
        assert len(goods) > 8
        assert {one["type"] for one in goods} == {"simple"}
        assert "global_unique_id" not in goods[0]
        version = api.get("system_status").json()["environment"]["version"]
        assert version == "9.2.1"


def test_faults_strike_over_http(tmp_path: Path) -> None:
    with simulated(tmp_path, "icecat", "--fault", "5xx=1", "--items", "2") as found:
        with pytest.raises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(f"{found['icecat']['url']}?shopname=hub&lang=EN", timeout=5)
        assert raised.value.code in (502, 503, 504)
        raised.value.close()


def test_a_cut_is_a_closed_socket(tmp_path: Path) -> None:
    with simulated(tmp_path, "icecat", "--fault", "cut-before=1", "--items", "2") as found:
        with pytest.raises((ConnectionError, urllib.error.URLError)) as raised:
            urllib.request.urlopen(found["icecat"]["url"], timeout=5)
        assert not isinstance(raised.value, urllib.error.HTTPError)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("shopify",), "SIM-102"),
        (("--fault", "slow"), "SIM-103"),
        (("--fault", "gremlins=1"), "SIM-103"),
        (("--fault", "slow=2"), "SIM-103"),
        (("--port", "8080"), "SIM-104"),
    ],
)
def test_what_does_not_exist_ends_with_2(tmp_path: Path, arguments: tuple[str, ...], code: str) -> None:
    status, errors = refused(tmp_path, *arguments)
    assert status == 2
    assert code in errors
    assert "Traceback" not in errors


def test_a_folder_and_a_port_are_served_once(tmp_path: Path) -> None:
    with simulated(tmp_path / "a", "icecat", "--items", "2") as found:
        status, errors = refused(tmp_path / "a", "icecat")
        assert (status, "STORE-004" in errors) == (4, True)
        port = found["icecat"]["url"].partition(":")[2].rpartition(":")[2].partition("/")[0]
        status, errors = refused(tmp_path / "b", "icecat", "--items", "2", "--port", f"icecat={port}")
        assert (status, "SIM-101" in errors) == (2, True)
    assert not (tmp_path / "b" / "shopweave.toml").exists()
