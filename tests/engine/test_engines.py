"""One suite for both engines: durable, in order, once, and gone on with after any death."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shopweave.engine.port import RunQuery, RunRequest, Schedule
from shopweave.engine.tables import schedule as schedules
from shopweave.store import hiding
from shopweave.store.base import Tx
from tests.engine.stage import Ground, Life, play

pytestmark = pytest.mark.long(120)


def test_a_run_takes_its_steps_in_order(ground: Ground) -> None:
    async def story(life: Life) -> None:
        await life.add("a", until=3)
        ended = await life.until("a", "done")
        assert ended.state["number"] == 3
        assert ground.done == ["a1", "a2", "a3"]

    play(ground, story)


def test_the_same_id_twice_is_one_run_even_after_its_end(ground: Ground) -> None:
    async def story(life: Life) -> None:
        await life.add("a", until=1)
        await life.add("a", until=1)
        await life.until("a", "done")
        await life.add("a", until=1)
        await life.add("b", until=1)
        await life.until("b", "done")
        assert ground.done == ["a1", "b1"]

    play(ground, story)


def test_runs_of_one_partition_come_one_after_the_other(ground: Ground) -> None:
    async def story(life: Life) -> None:
        for name in "abc":
            await life.add(name, partition="p")
        for name in "abc":
            await life.until(name, "done")
        runs = [ground.done[at : at + 2] for at in (0, 2, 4)]
        assert sorted(runs) == [["a1", "a2"], ["b1", "b2"], ["c1", "c2"]]
        assert life.most == 1

    play(ground, story)


@pytest.mark.parametrize("partitions", [["w", "x", "y", "z"], ["", "", "", ""]])
def test_partitions_and_runs_without_one_go_beside_each_other(ground: Ground, partitions: list[str]) -> None:
    async def story(life: Life) -> None:
        for number, partition in enumerate(partitions):
            await life.add(f"r{number}", name="gated", partition=partition)
        await life.when(lambda: life.running == 4)
        ground.go_on.set()
        for number in range(4):
            await life.until(f"r{number}", "done")

    play(ground, story)


def test_no_more_than_four_pulls_go_on_at_once(ground: Ground) -> None:
    async def story(life: Life) -> None:
        for number in range(6):
            await life.add(f"r{number}", name="gated", queue="runs", partition=f"p{number}")
        await life.when(lambda: life.running == 4)
        await asyncio.sleep(0.5)
        ground.go_on.set()
        for number in range(6):
            await life.until(f"r{number}", "done")
        assert life.most == 4

    play(ground, story)


def test_a_failing_run_says_why_without_its_secret_and_lets_the_next_go(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hiding, "_KNOWN", [lambda text: text.replace("hunter2", "•")])

    async def story(life: Life) -> None:
        await life.add("bad", name="fail", partition="p")
        await life.add("good", partition="p")
        await life.until("good", "done")
        ended = await life.until("bad", "failed")
        assert ended.error.startswith("ValueError: broken")
        assert "hunter2" not in ended.error

    play(ground, story)


def test_a_cancelled_run_ends_in_its_step(ground: Ground) -> None:
    async def story(life: Life) -> None:
        await life.add("a", name="hang", partition="p")
        await life.when(lambda: bool(ground.done))
        await life.engine.cancel("a")
        await life.add("b", partition="p")
        await life.until("b", "done")
        await life.until("a", "cancelled")

    play(ground, story)


def test_a_run_cancelled_before_its_turn_never_begins(ground: Ground) -> None:
    async def story(life: Life) -> None:
        await life.add("first", name="gated", partition="p")
        await life.when(lambda: life.running == 1)
        await life.add("a", partition="p")
        await life.add("b", partition="p")
        await life.engine.cancel("a")
        ground.go_on.set()
        await life.until("b", "done")
        assert (await life.until("a", "cancelled")).status == "cancelled"
        assert ground.done == ["b1", "b2"]

    play(ground, story)


def test_what_rolls_back_starts_nothing_and_what_commits_starts_with_it(ground: Ground) -> None:
    async def story(life: Life) -> None:
        run = RunRequest(id="a", name="count", queue="lanes", state={"name": "a", "until": 1})

        def broken(tx: Tx) -> None:
            life.engine.enqueue(tx, run)
            raise LookupError

        with pytest.raises(LookupError):
            await life.write(broken)
        assert await life.state("a") is None
        await life.write(lambda tx: life.engine.enqueue(tx, run))
        await life.until("a", "done")
        assert ground.done == ["a1"]

    play(ground, story)


def test_a_run_queues_its_successor_behind_itself(ground: Ground) -> None:
    async def story(life: Life) -> None:
        await life.add("follow2", name="follow", partition="p", state={"left": 2})
        await life.until("follow0", "done")
        assert ground.done == ["follow2", "end2", "follow1", "end1", "follow0", "end0"]

    play(ground, story)


def test_runs_are_told_by_id_name_and_status_the_newest_first(ground: Ground) -> None:
    async def story(life: Life) -> None:
        await life.add("a", name="gated", partition="p")
        await life.when(lambda: life.running == 1)
        await asyncio.sleep(1.01)
        await life.add("b", partition="p")
        both = await life.engine.runs(RunQuery(statuses=("waiting", "running")))
        assert [(one.id, one.status) for one in both] == [("b", "waiting"), ("a", "running")]
        assert [one.id for one in await life.engine.runs(RunQuery(name="gated"))] == ["a"]
        assert [one.partition for one in await life.engine.runs(RunQuery(limit=1))] == ["p"]
        ground.go_on.set()
        await life.until("b", "done")
        assert await life.engine.runs(RunQuery(statuses=("waiting", "running"))) == ()

    play(ground, story)


@pytest.mark.parametrize("cut", [(1, "before"), (1, "after"), (2, "before"), (2, "after"), (3, "after")])
def test_a_run_goes_on_after_a_death_at_its_step(ground: Ground, cut: tuple[int, str]) -> None:
    async def whole() -> None:
        ground.crash_at = cut
        first = Life(ground, "one")
        await first.engine.start()
        await first.add("a", partition="p", until=3)
        await ground.crashed.wait()
        await first.add("b", partition="p", until=1)
        await first.die()
        heir = Life(ground, "two")
        await heir.engine.take_over()
        await heir.engine.start()
        await heir.until("b", "done")
        assert (await heir.until("a", "done")).state["number"] == 3
        await heir.end()

    asyncio.run(whole())
    number, where = cut
    again = [f"a{number}"] if where == "after" else []
    assert sorted(ground.done) == sorted(["a1", "a2", "a3", "b1", *again])


def test_a_clean_stop_loses_no_step_and_gives_the_run_to_the_next(ground: Ground) -> None:
    async def whole() -> None:
        ground.crash_at = (3, "after")
        first = Life(ground, "one")
        await first.engine.start()
        await first.add("a", until=5)
        await ground.crashed.wait()
        await first.end()
        second = Life(ground, "two")
        await second.engine.start()
        await second.until("a", "done")
        await second.end()

    asyncio.run(whole())
    assert ground.done == ["a1", "a2", "a3", "a3", "a4", "a5"]


def test_what_a_dead_worker_held_waits_until_it_is_taken_over(ground: Ground) -> None:
    async def whole() -> None:
        ground.crash_at = (1, "before")
        dead = Life(ground, "dead")
        await dead.engine.start()
        await dead.add("a", partition="p")
        await ground.crashed.wait()
        await dead.die()
        heir = Life(ground, "heir")
        await heir.engine.start()
        await heir.add("b", partition="p")
        await heir.add("c", partition="q")
        await heir.until("c", "done")
        assert "b1" not in ground.done
        await heir.engine.take_over()
        await heir.until("b", "done")
        assert ground.done[-4:] == ["a1", "a2", "b1", "b2"]
        await heir.end()

    asyncio.run(whole())


def test_what_was_queued_before_the_start_is_begun(ground: Ground) -> None:
    async def whole() -> None:
        life = Life(ground, "one")
        await life.add("a", until=1)
        await life.engine.start()
        await life.until("a", "done")
        await life.end()

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("Europe/Helsinki", datetime(2026, 7, 1, 1, 59, 59, tzinfo=UTC)),
        ("Europe/Helsinki", datetime(2026, 12, 1, 2, 59, 59, tzinfo=UTC)),
        ("UTC", datetime(2026, 7, 1, 4, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_schedule_starts_its_run_by_the_clock_of_its_zone(
    ground: Ground, zone: str, moment: datetime
) -> None:
    async def story(life: Life) -> None:
        ground.clock.put(moment)
        await life.engine.schedule((_five(zone),))
        ended = (moment + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        await life.until(f"clock:s:{ended}", "done")
        assert ground.done == ["s1"]

    play(ground, story)


def test_a_time_that_was_missed_is_made_up_once(ground: Ground) -> None:
    async def story(life: Life) -> None:
        await life.engine.schedule((_five("UTC"),))
        await life.write(lambda tx: tx.run(schedules.update().values(next=tx.now - timedelta(days=3))))
        await life.engine.schedule((_five("UTC"),))
        await life.when(lambda: bool(ground.done))
        await asyncio.sleep(0.7)
        assert ground.done == ["s1"]

    play(ground, story)


def test_a_schedule_that_is_gone_starts_nothing(ground: Ground) -> None:
    async def story(life: Life) -> None:
        ground.clock.put(datetime(2026, 7, 1, 4, 59, 58, 500_000, tzinfo=UTC))
        await life.engine.schedule((_five("UTC"),))
        await life.engine.schedule(())
        await asyncio.sleep(2)
        assert ground.done == []

    play(ground, story)


def _five(zone: str) -> Schedule:
    state: Any = {"name": "s", "until": 1}
    return Schedule(name="s", cron="0 5 * * *", zone=zone, run="count", state=state)


def test_runs_that_ended_long_ago_are_forgotten(ground: Ground) -> None:
    async def story(life: Life) -> None:
        await life.add("old", until=1)
        await life.until("old", "done")
        now = ground.clock.now()
        assert await life.engine.forget(now - timedelta(hours=1)) == 0
        assert [run.id for run in await life.engine.runs(RunQuery())] == ["old"]
        assert await life.engine.forget(now + timedelta(hours=1)) >= 1
        assert await life.engine.runs(RunQuery()) == ()

    play(ground, story)
