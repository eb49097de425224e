"""The hub and the naive script beside each other: the same storm for both, added up without flattery."""

from msgspec import json, structs

from shopweave.storms.compare import (
    ALL,
    PAUSE,
    QUIET,
    ROUGH,
    Pair,
    Tally,
    added,
    both,
    kind_of,
    line,
    scenario_of,
    table,
)
from shopweave.storms.outside import chance
from shopweave.storms.trade.scenario import Master, draw

FOUND = (
    Pair(kind=QUIET, hub=Tally(requests=9), script=Tally(requests=4, lost_orders=1)),
    Pair(kind=ROUGH, hub=Tally(requests=7, oversold=1), script=Tally(requests=3, oversold=2, broken=1)),
    Pair(kind=QUIET, hub=Tally(), script=Tally(doubled_orders=1_000)),
)


def test_both_get_the_storm_of_the_seed_with_a_till_and_clocks_that_agree() -> None:
    for seed in range(1, 20):
        drawn, played = draw(chance(seed), seed), scenario_of(seed)
        same = structs.replace(
            played, master=drawn.master, shop_ahead=drawn.shop_ahead, hub_ahead=drawn.hub_ahead
        )
        assert same == drawn
        assert (played.master, played.shop_ahead, played.hub_ahead) == (Master.TILL, (0.0, 0.0), 0.0)


def test_pairs_are_added_up_by_how_rough_it_was_and_over_all() -> None:
    found = {one.kind: one for one in added(FOUND)}
    assert [(kind, one.storms) for kind, one in found.items()] == [(ALL, 3), (QUIET, 2), (ROUGH, 1)]
    assert PAUSE not in found
    assert found[ALL].hub == Tally(requests=16, oversold=1)
    assert found[ALL].script == Tally(requests=7, lost_orders=1, doubled_orders=1_000, oversold=2, broken=1)
    assert found[QUIET].script == Tally(requests=4, lost_orders=1, doubled_orders=1_000)


def test_it_is_written_for_machines_and_for_people() -> None:
    found = added(FOUND)
    assert json.decode(line(found))[ALL]["script"]["doubled_orders"] == 1_000
    rows = table(found).splitlines()
    assert rows[0] == (
        "| | all (3): hub | all (3): script | nothing but trade (2): hub | nothing but trade (2): script "
        "| faults and absences (1): hub | faults and absences (1): script |"
    )
    assert "| orders doubled | 0 | 1,000 | 0 | 1,000 | 0 | 0 |" in rows
    assert {len(row.split("|")) for row in rows} == {9}


def test_one_storm_is_played_to_the_hub_and_to_the_script() -> None:
    seed = next(one for one in range(1, 50) if kind_of(scenario_of(one)) == QUIET)
    pair = both(seed)
    assert pair == both(seed)
    hub, script = structs.asdict(pair.hub), structs.asdict(pair.script)
    right = {"purchases", "excused", "ideal", "requests"}
    assert {name for name, count in hub.items() if count} <= right
    assert script["purchases"] > 0
    assert script["broken"] == 0
    assert script["wrong_levels"] > 0
