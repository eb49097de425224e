"""Real faults on real processes: `python -m bench.faults --case kill|pause|callbacks [--json]`.

kill and pause: two workers on PostgreSQL hand a shop's orders over to a till; the one that holds the till's
lane is killed, or stands still for a minute and goes on. callbacks: 1,000 signed ones a second for ten
seconds, the process is killed in the middle. The simulated shop and till say what was doubled or lost.
"""

import argparse
import asyncio
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from msgspec import Struct, json

from bench.program import PATIENCE, Program, address
from bench.rain import Rain

SERVER = os.environ.get("SHOPWEAVE_POSTGRES", "postgresql://postgres@127.0.0.1:5432")
ORDERS = 300
PAUSE = 60
_HOLDER = """
SELECT w.place FROM lane l JOIN connection c ON c.id = l.connection JOIN engine_worker w ON w.name = l.owner
WHERE c.name = 'till'
"""


class Verdict(Struct, frozen=True, kw_only=True):
    """What a case came to."""

    case: str
    passed: bool
    doubled: int
    lost: int


class Sandbox(Program):
    """A folder with a demo's world in it, whose hub works on a database server."""

    def __init__(self, folder: Path, database: str) -> None:
        super().__init__(folder)
        self.database = database
        self.call("demo", "--once", "--simple", "--items", "40", "--orders", "1")
        settings = folder / "shopweave.toml"
        text = settings.read_text().replace("[hub]", f'[hub]\ndatabase = "{database}"', 1)
        settings.write_text(text)

    def booked(self) -> Counter[str]:
        """Count the till's web sales by the shop's order."""
        till = sqlite3.connect(f"file:{self.folder / 'till.sqlite'}?mode=ro", uri=True, timeout=30)
        try:
            rows = till.execute("SELECT ecommerce_order_id FROM phppos_sales WHERE is_ecommerce = 1")
            return Counter(str(row[0]) for row in rows)
        finally:
            till.close()

    def holder(self) -> int | None:
        """Give the process that holds the till's lane."""
        with psycopg.connect(self.database) as server:
            row = server.execute(_HOLDER).fetchone()
        return int(row[0].rpartition(" ")[2]) if row else None


def orders_once(case: str, sandbox: Sandbox) -> Verdict:
    """Let two workers hand orders over, hit the one that does, and count what the till has."""
    with sandbox.running("simulate"):
        time.sleep(4)
        for flow in ("till-to-shop", "shop-orders"):
            sandbox.call("run", flow, "--approve")
        before = sandbox.booked()
        rain = Rain(sandbox.folder)
        wanted = asyncio.run(rain.orders(ORDERS))
        with sandbox.running("worker") as one, sandbox.running("worker") as two:
            _hit(case, sandbox, (one.pid, two.pid), sum(before.values()))
            until = time.monotonic() + PATIENCE
            while len(set(sandbox.booked()) & wanted) < len(wanted) and time.monotonic() < until:
                time.sleep(1)
            time.sleep(5)
    found = sandbox.booked()
    doubled = sum(found[key] - 1 for key in wanted if found[key] > 1)
    lost = len(wanted - set(found))
    return Verdict(case=case, passed=not doubled and not lost, doubled=doubled, lost=lost)


def _hit(case: str, sandbox: Sandbox, workers: Sequence[int], already: int) -> None:
    """Wait until the orders are going over, and strike."""
    until = time.monotonic() + PATIENCE
    while sum(sandbox.booked().values()) < already + ORDERS // 10:
        if time.monotonic() > until:
            raise RuntimeError("no order went over")
        time.sleep(0.02)
    holder = sandbox.holder()
    struck = holder if holder is not None and holder in workers else workers[0]
    if case == "kill":
        os.kill(struck, signal.SIGKILL)
        return
    os.kill(struck, signal.SIGSTOP)
    time.sleep(PAUSE)
    os.kill(struck, signal.SIGCONT)


def callbacks_kept(sandbox: Sandbox) -> Verdict:
    """Let callbacks rain, kill the process in the middle, and count what is known after the next start."""
    hook = sandbox.call("hooks")["hooks"][0]
    rain = Rain(sandbox.folder)
    with sandbox.running("simulate"):
        time.sleep(4)
        with sandbox.running("serve", "--port", "0") as first:
            asyncio.run(rain.callbacks(address(first), hook, seconds=10, kill=(first.pid, 5.0)))
        with sandbox.running("serve", "--port", "0") as second:
            asyncio.run(rain.callbacks(address(second), hook, seconds=5))
            until = time.monotonic() + PATIENCE
            found = sandbox.call("callbacks")
            while found["waiting"] and time.monotonic() < until:
                time.sleep(1)
                found = sandbox.call("callbacks")
    lost = max(0, rain.accepted - found["processed"])
    return Verdict(case="callbacks", passed=not lost and rain.accepted > 0, doubled=0, lost=lost)


def main(arguments: list[str]) -> int:
    """Play one case; 1 when something was doubled or lost."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--case", choices=("kill", "pause", "callbacks"), required=True)
    parser.add_argument("--json", action="store_true", help="one JSON object on the last line")
    parser.add_argument("--sqlite", action="store_true", help="callbacks: on the file, not on PostgreSQL")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, _database(chosen.sqlite) as url:
        sandbox = Sandbox(Path(folder), url)
        is_callbacks = chosen.case == "callbacks"
        verdict = callbacks_kept(sandbox) if is_callbacks else orders_once(chosen.case, sandbox)
    if chosen.json:
        print(json.encode(verdict).decode())
    else:
        print(f"{verdict.case}: {verdict.doubled} doubled, {verdict.lost} lost")
    return int(not verdict.passed)


@contextmanager
def _database(sqlite: bool) -> Iterator[str]:  # noqa: FBT001 - of the command line
    if sqlite:
        yield ""
        return
    name = f"sw_faults_{uuid4().hex[:12]}"
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True, connect_timeout=3) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{SERVER}/{name}"
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
