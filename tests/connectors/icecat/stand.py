"""The simulated Icecat as a stand of the contract suite."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import msgspec

from shopweave.connector.contract import Ground, Samples, Stand
from shopweave.connector.declaration import Doors
from shopweave.connector.roles import Ask
from shopweave.connectors.icecat import CONNECTOR
from shopweave.model.values import Picture
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.simulators.catalogue import Known, catalogue
from shopweave.simulators.icecat import IcecatSite
from shopweave.simulators.icecat.account import Account
from tests.connectors.stands import live, no_doors
from tests.worlds import ICECAT, Simulated

FIRST_ATOMS = (
    "identity",
    "name",
    "brand",
    "short_text",
    "long_text#icecat",
    "measures",
    "attributes",
    "main_image",
    "gallery",
)
TOKEN = "1f2e3d4c-1111-2222-3333-444455556666"
SECRETS = {"api_token": TOKEN, "content_token": "content t/k+n", "app_key": "key-0f1e2d"}
SETTINGS = {"user": "hub", "url": f"{ICECAT}/api", **SECRETS}
SHEET = next(
    msgspec.structs.replace(sheet, pictures=2)
    for sheet in catalogue(random.Random(3), 40, date(2026, 5, 1)).sheets
    if sheet.known is Known.OK
)
SAMPLES = Samples(
    question=Ask(gtin=SHEET.gtin),
    unknown=Ask(gtin="4006381333931"),
    picture=Picture(ref=f"{ICECAT}/img/{SHEET.icecat_id}_1.png"),
    no_picture=Picture(ref=f"{ICECAT}/img/none.png"),
    wrong=({"user": "nobody"}, {"api_token": "no-token-of+any/kind"}),
)


@asynccontextmanager
async def simulated() -> AsyncIterator[Ground]:
    account = Account(
        user="hub", token=TOKEN, app_key=SECRETS["app_key"], content_token=SECRETS["content_token"]
    )
    site = IcecatSite((SHEET,), url=ICECAT, accounts=(account,))
    doors = Doors(
        http=Simulated((ICECAT, site)),
        sql=no_doors().sql,
        clock=SystemClock(),
        ids=SystemIds(),
        random=system_random(),
    )
    yield Ground(
        connector=CONNECTOR,
        settings=SETTINGS,
        doors=doors,
        samples=SAMPLES,
        secrets=tuple(SECRETS.values()),
        first_atoms=FIRST_ATOMS,
    )


STANDS = {
    "simulator": Stand(
        connector=CONNECTOR,
        settings=SETTINGS,
        open=simulated,
        given=frozenset({"reads", "question", "unknown", "picture", "no_picture", "wrong"}),
        doors=no_doors(),
        hands=False,
    ),
    **live("icecat", FIRST_ATOMS),
}
