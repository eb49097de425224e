"""The suite itself: an honest connector passes every case, and each case finds the one that sins against it."""

import asyncio

import pytest

from shopweave.connector.contract import CASES, Breach, cases_for, run_case
from shopweave.connector.contract.adapter import contract
from tests.connector.hostile import stand

test_an_honest_connector_passes = contract(sample=stand())
SINS = {
    "options have names, sentences and defaults that fit": "defaults",
    "capabilities do not contradict themselves": "brags",
    "the order of atoms only ever grows": "reorders",
    "a connection does not show its secrets": "shows",
    "a list has a total order": "shuffles",
    "a row that left is noticed": "plain",
    "rows that enter push none out": "forgets",
    "a position is enough to go on": "stuck",
    "a position gives its page again": "shuffles",
    "a window shows later changes": "blind",
    "keys move with their records": "numb",
    "what is gone is said to be gone": "immortal",
    "a read by id equals the list": "loud",
    "what was made reads back": "unmarked",
    "what was changed reads back, alone": "sweeping",
    "an answer confirms what the list shows": "flatters",
    "the same write again changes nothing": "again",
    "a create in doubt is found once": "blank",
    "a refusal is one record's": "all or none",
    "what would be mangled is refused before": "lenient",
    "a write never starts too late": "unfenced",
    "a level reads back": "clamps",
    "the same order twice is one": "doubles",
    "the levels after an order are told": "silent",
    "an order whose answer was lost is one": "absent",
    "an order that never left is not there": "hopeful",
    "an order never leaves too late": "unfenced",
    "a bad order is refused, and the next one goes": "swallows",
    "a change of an order told twice is one": "repeats",
    "statuses do one thing to stock": "torn",
    "orders made since the first window are read": "hasty",
    "a position of orders is enough to go on": "endless",
    "a position of orders gives its page again": "swaps",
    "an order that leaves takes none with it": "skips",
    "orders that enter push none out": "hasty",
    "a page of orders read ahead joins, or says that it does not": "presumes",
    "a later change of an order is read": "deaf",
    "an order is the same however it is read": "two-faced",
    "an order has ids, times and one currency": "nameless",
    "a read of orders that cannot be sent": "shrug",
    "a read of orders that is not answered in time": "shrug",
    "a read of orders that is answered 429": "rushes",
    "a read of orders that is answered 500 with a web page": "sure",
    "a read of orders that is answered 502 with a web page": "sure",
    "a read of orders that is answered 200 with a web page": "sure",
    "a read of orders that is answered with JSON that breaks off": "trips",
    "a read that cannot be sent": "shrug",
    "a read that is not answered in time": "shrug",
    "a read that is answered 429": "rushes",
    "a read that is answered 500 with a web page": "sure",
    "a read that is answered 502 with a web page": "sure",
    "a read that is answered 200 with a web page": "sure",
    "a read that is answered with JSON that breaks off": "trips",
    "a write that cannot be sent": "vague",
    "a write that is not answered in time": "resends",
    "a write that is answered 429": "rushes",
    "a write that is answered 500 with a web page": "vague",
    "a write that is answered 502 with a web page": "vague",
    "a write that is answered 200 with a web page": "vague",
    "a write that is answered with JSON that breaks off": "vague",
    "wrong credentials are a matter of settings": "unsure",
    "a check passes, finds faults, changes nothing": "meddles",
    "no error holds a secret": "tells",
    "a picture can be read": "pages",
    "a picture that is gone is no outage": "dreams",
    "a known product has a sheet": "invents",
    "an unknown product has a reason": "mute",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_finds_the_connector_that_sins_against_it(case: object) -> None:
    found = next(one for one in CASES if one is case)
    with pytest.raises(Breach):
        asyncio.run(run_case(found, stand(SINS[found.name])))


def test_what_a_connector_cannot_do_is_not_asked_of_it() -> None:
    from tests.connectors.icecat.stand import STANDS

    names = {case.name for case in cases_for(STANDS["simulator"])}
    assert "a known product has a sheet" in names
    assert not names & {"a list has a total order", "a level reads back", "a write that cannot be sent"}
