"""A process that works on runs until it is killed: python -m tests.engine.killed FOLDER URL OWNER DEAD.

Its steps write a line into the folder's file `steps` and take 50 ms.
"""

import asyncio
import os
import sys
from pathlib import Path

from shopweave.engine.beats import Beats
from shopweave.engine.dbos import DbosEngine
from shopweave.engine.port import Json
from shopweave.engine.system import System, file_database, server_database
from shopweave.runtime.clock import SystemClock
from shopweave.store.postgres import PostgresStore
from shopweave.store.sqlite import SqliteStore


async def work(folder: Path, url: str, owner: str, dead: float) -> None:
    clock, path = SystemClock(), folder / "hub.sqlite"
    store = PostgresStore(url, clock) if url else SqliteStore(path, clock)
    system = System(server_database(url) if url else file_database(path))
    engine = DbosEngine(store, clock, owner, system, Beats(owner, owner, dead))
    steps = os.open(folder / "steps", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def count(state: Json) -> Json:
        await asyncio.sleep(0.05)
        number = int(str(state.get("number", 0))) + 1
        os.write(steps, f"{state['name']} {number} {owner}\n".encode())
        return {**state, "number": number, "done": number >= int(str(state["until"]))}

    engine.register("count", count)
    if not url:
        await engine.take_over()
    await engine.start()
    sys.stdout.write("works\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4])))
