"""Callbacks over real HTTP: answered when they are stored, looked at soon, and nothing else comes in."""

import base64
import json
import time
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from shopweave.connector.callbacks import Callback
from shopweave.hub import callbacks, runs
from shopweave.hub.callbacks import BIGGEST, Hook
from shopweave.hub.context import Hub
from shopweave.model.http import HttpRequest
from shopweave.store import findings
from shopweave.store.callbacks import Counts
from shopweave.store.callbacks import callback as callback_table
from tests.connectors.woocommerce.test_callbacks import signed
from tests.web.site import Site, serving
from tests.worlds import PASSWORD, SHOP

FLOW = "till-to-shop"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("hooks")) as found:
        found.do(lambda hub: found.world.run(hub, FLOW))
        yield found


@pytest.fixture(scope="module")
def hook(site: Site) -> Hook:
    return site.do(callbacks.hooks)[0]


def send(site: Site, hook: Hook, callback: Callback) -> httpx.Response:
    path = hook.url.partition("/hooks/")[2]
    with site.client() as client:
        return client.post(f"/hooks/{path}", content=callback.body, headers=dict(callback.headers))


def counted(site: Site) -> Counts:
    """Count what came in once all of it was looked at."""
    while (found := site.do(callbacks.counted)).waiting:
        time.sleep(0.02)
    return found


def codes(site: Site) -> dict[str, int]:
    found = site.do(lambda hub: hub.store.read(findings.open_findings))
    return {one.code: one.count for one in found}


@pytest.mark.pain("openlinker-project/openlinker#2623")
def test_a_signed_callback_makes_the_hub_look_there_and_mend_it(site: Site, hook: Hook) -> None:
    product = next(iter(site.world.shop.state.rows["product"].values()))
    key = int(product["id"])
    right = product["regular_price"]
    other = str((Decimal(right) * Decimal("1.1")).quantize(Decimal("0.01")))
    edited = HttpRequest(
        method="PUT",
        url=f"{SHOP}/wp-json/wc/v3/products/{key}",
        headers={
            "content-type": "application/json",
            "authorization": "Basic " + base64.b64encode(f"hub:{PASSWORD}".encode()).decode(),
        },
        body=json.dumps({"regular_price": other}).encode(),
    )
    assert site.world.shop.handle(edited).status == 200
    reads = len(site.world.http.log)
    answer = send(site, hook, signed("product.updated", {"id": key, "type": "simple"}, hook.secret))
    assert (answer.status_code, answer.json()) == (200, {"accepted": True})
    until = time.monotonic() + 20
    while site.world.shop.state.rows["product"][key]["regular_price"] == other:
        assert time.monotonic() < until, "nobody looked"
        time.sleep(0.05)
    assert site.world.shop.state.rows["product"][key]["regular_price"] == right
    assert site.do(runs.settled)
    assert any("/products" in line for line in site.world.http.log[reads:])
    assert site.do(callbacks.counted).waiting == 0


@pytest.mark.pain("gnikyt/laravel-shopify#591")
def test_the_same_callback_at_the_same_moment_is_one_row_counted_twice(site: Site, hook: Hook) -> None:
    before = site.do(callbacks.counted)
    same = signed("order.updated", {"id": 991}, hook.secret)

    async def both(hub: Hub) -> None:
        ways = await callbacks.open_hooks(hub)
        receiver = callbacks.Receiver(hub, ways)
        way = next(iter(ways.values()))
        from asyncio import gather

        replies = await gather(*(receiver.receive(way, same.headers, same.body) for _ in range(5)))
        assert {one.status for one in replies} == {200}

    site.do(both)
    after = site.do(callbacks.counted)
    assert after.accepted - before.accepted == 5
    rows = site.do(lambda hub: hub.store.read(lambda tx: tx.rows(callback_table.select())))
    assert sum(row.remote_id == "991" for row in rows) <= 2


@pytest.mark.parametrize(
    ("callback", "status", "code"),
    [
        (signed("order.updated", {"id": 1}, "wrong"), 401, "HOOK-010"),
        (Callback(headers={}, body=b"{}"), 401, "HOOK-011"),
        (Callback(headers={}, body=b"x" * (BIGGEST + 1)), 413, "HOOK-013"),
    ],
)
def test_what_is_not_taken_is_answered_clearly_and_is_one_finding(
    site: Site, hook: Hook, callback: Callback, status: int, code: str
) -> None:
    before = counted(site)
    answer = send(site, hook, callback)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == code
    send(site, hook, callback)
    assert codes(site)[code] >= 2
    assert counted(site) == before


def test_a_body_that_is_announced_as_huge_is_not_read(site: Site, hook: Hook) -> None:
    import socket

    host, port = site.url.removeprefix("http://").split(":")
    path = hook.url.partition("/hooks/")[2]
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        head = f"POST /hooks/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n"
        wire.sendall(head.encode())
        assert wire.recv(64).startswith(b"HTTP/1.1 413")


def test_signed_nonsense_is_kept_for_a_person(site: Site, hook: Hook) -> None:
    nonsense = signed("order.updated", b"<b>Warning</b>: Undefined index", hook.secret)
    assert send(site, hook, nonsense).status_code == 400
    rows = site.do(lambda hub: hub.store.read(lambda tx: tx.rows(callback_table.select())))
    assert [row.body for row in rows if row.state == "refused"] == [nonsense.body]
    assert "HOOK-012" in codes(site)


@pytest.mark.parametrize(
    ("path", "method", "status", "code"), [("nothing", "POST", 404, "HOOK-015"), ("", "GET", 405, "HOOK-016")]
)
def test_nothing_else_comes_in(
    site: Site, hook: Hook, path: str, method: str, status: int, code: str
) -> None:
    known = hook.url.partition("/hooks/")[2]
    with site.client() as client:
        answer = client.request(method, f"/hooks/{path or known}")
    assert answer.status_code == status
    assert json.loads(answer.content)["error"]["code"] == code


def test_the_secret_is_sealed_in_the_database(site: Site, hook: Hook) -> None:
    assert hook.secret
    for file in site.world.folder.glob("hub.sqlite*"):
        assert hook.secret.encode() not in file.read_bytes()
