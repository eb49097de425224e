"""Flows in the settings: ends, atoms, owners, schedules."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.engine.cron import next_time
from shopweave.hub.settings.schedule import cron_of
from tests.hub.test_settings import SOUND, changed, line_of, one, problems, settings

SECOND = '\n[flows.texts]\nsource = "icecat"\ntarget = "shop"\nitems = "till"\n'


def test_two_flows_that_own_one_atom_are_refused_with_both_lines() -> None:
    text = SOUND + SECOND + 'own = [\n  "measures",\n  "name",\n]\n'
    found = one(text)
    assert found.key == "flows.texts.own"
    assert found.line == line_of(text, '  "name",')
    first = line_of(text, 'own = ["name"')
    assert f"'prices' (line {first})" in found.what


def test_blocks_and_their_text_have_owners_of_their_own() -> None:
    text = changed('"name", ', '"name", "long_text", ') + SECOND + 'own = ["long_text#icecat"]\n'
    assert len(settings(text).flows) == 2


def test_one_atom_may_be_owned_at_two_targets() -> None:
    shop = SOUND.partition("[connections.shop]")[2].partition("[flows")[0]
    text = (
        SOUND
        + f"\n[connections.outlet]{shop}"
        + ('\n[flows.outlet]\nsource = "till"\ntarget = "outlet"\nown = ["name"]\n')
    )
    assert len(settings(text).flows) == 2


@pytest.mark.parametrize(
    ("lines", "key", "said"),
    [
        ('own = ["name"]\nfill = ["name"]', "fill", "owned and filled"),
        ('own = ["name", "name"]', "own", "2 times"),
        ('own = ["name"]\nonly_if_target_empty = ["gallery"]', "only_if_target_empty", "neither owned"),
        ("own = []", "own", "gives nothing"),
        ('own = ["node"]', "own", "no atom"),
        ('own = ["short_text"]', "own", "has no 'short_text'"),
        ('own = ["name"]\nschedule = "at noon"', "schedule", "fields"),
        ('own = ["name"]\nschedule = "daily at 25:00"', "schedule", "23"),
        ('own = ["name"]\nschedule = "every 7 minutes"', "schedule", "do not fit evenly"),
        ('own = ["name"]\nschedule = "0 0 31 2 *"', "schedule", "never comes"),
        ('own = ["name"]\nzone = "Europe/Helsingfors"', "zone", "no time zone"),
        ('own = ["name"]\nsweep_every = 0', "sweep_every", "from 1"),
        ('own = ["name"]\ncreate = "yes"', "create", "true or false"),
        ('own = ["name"]\nguard = { share = 20 }', "guard.share", "from 0 to 1"),
    ],
)
def test_what_cannot_be_meant_is_told(lines: str, key: str, said: str) -> None:
    text = SOUND.partition("[flows")[0] + f'[flows.a]\nsource = "till"\ntarget = "shop"\n{lines}\n'
    found = one(text)
    assert found.key == f"flows.a.{key}"
    assert said in found.what
    assert text.splitlines()[found.line - 1].startswith(f"{key.partition('.')[0]} =")


def test_a_flow_from_a_connection_to_itself_is_refused() -> None:
    assert one(changed('target = "shop"', 'target = "till"')).key == "flows.prices.target"


def test_a_provider_must_know_whose_items_to_ask_about() -> None:
    text = SOUND + SECOND.replace('items = "till"\n', "") + 'own = ["measures"]\n'
    assert one(text).key == "flows.texts.items"


def test_a_flow_of_a_broken_connection_is_not_blamed_for_it() -> None:
    text = changed('type = "phppos"', 'type = "phpos"')
    assert [found.key for found in problems(text)] == ["connections.till.type"]


def test_a_schedule_without_zone_has_the_hubs() -> None:
    assert settings().flows[0].zone == "Europe/Helsinki"
    text = changed("schedule =", 'zone = "America/Sao_Paulo"\nschedule =')
    assert settings(text).flows[0].zone == "America/Sao_Paulo"


@pytest.mark.parametrize(
    ("words", "cron"),
    [
        ("every 3 minutes", "*/3 * * * *"),
        ("every minute", "* * * * *"),
        ("every 1 minutes", "* * * * *"),
        ("every 60 minutes", "0 * * * *"),
        ("Every Hour", "0 * * * *"),
        ("every 2 hours", "0 */2 * * *"),
        ("every 24 hours", "0 0 * * *"),
        ("daily at 5:00", "0 5 * * *"),
        ("daily at  05:23", "23 5 * * *"),
        ("0 5 * * 1-5", "0 5 * * 1-5"),
    ],
)
def test_plain_words_become_cron(words: str, cron: str) -> None:
    assert cron_of(words) == cron


@given(st.sampled_from((1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)), st.integers(0, 3000))
def test_every_n_minutes_comes_every_n_minutes(minutes: int, later: int) -> None:
    cron = cron_of(f"every {minutes} minutes")
    first = next_time(cron, "UTC", datetime.fromtimestamp(1_800_000_000 + later * 60, UTC))
    assert (next_time(cron, "UTC", first) - first).total_seconds() == minutes * 60
