"""One Icecat connection: answers questions, hands out pictures, checks itself."""

import msgspec

from shopweave.connector.declaration import Doors
from shopweave.connector.roles import Ask, CheckLine, NoSheet, Sheet
from shopweave.connectors.icecat.client import IcecatClient
from shopweave.connectors.icecat.outcomes import Miss, no_sheet
from shopweave.connectors.icecat.payload import Product
from shopweave.connectors.icecat.question import Key, keys, unasked
from shopweave.connectors.icecat.records import record
from shopweave.connectors.icecat.settings import IcecatSettings
from shopweave.model.errors import BrokenData, Configuration, HubError
from shopweave.model.values import Picture, PictureBytes

# A laptop whose sheet is open to every account (recorded sample).
KNOWN_GTIN = "5397184119709"
_TRY_NEXT = ("NOT_PRESENT", "GTIN_UNKNOWN", "BAD_IDENTIFIER")
_TELLING = ("gtin", "code", "id")


class IcecatConnection:
    """Plays the roles `Enriches`, `ServesPictures` and `Checks`."""

    def __init__(self, settings: IcecatSettings, doors: Doors) -> None:
        self._settings = settings
        self._client = IcecatClient(settings, doors.http, doors.foreign or doors.http, doors.clock)

    async def ask(self, question: Ask) -> Sheet | NoSheet:
        """Ask by the known id, the GTIN, brand and part number, until one is known."""
        misses: dict[str, Miss] = {}
        unknown = False
        requests = 0
        for key in keys(question):
            if key.after_unknown and not unknown:
                continue
            answer = await self._client.sheet(self._settings.languages[0], key.parameters)
            requests += 1
            if isinstance(answer, Product):
                return await self._sheet(answer, requests)
            if answer.outcome not in _TRY_NEXT:
                return no_sheet(answer, self._settings, requests)
            unknown = answer.outcome == "GTIN_UNKNOWN"
            misses.setdefault(key.kind, answer)
        miss = next((misses[kind] for kind in _TELLING if kind in misses), unasked(question))
        return no_sheet(miss, self._settings, requests)

    async def picture(self, picture: Picture) -> PictureBytes:
        """Read one picture; raises `BrokenData` when it is no picture or gone."""
        return await self._client.picture(picture)

    async def check(self) -> tuple[CheckLine, ...]:
        """Ask for a sheet that everybody may read, in each language."""
        lines: list[CheckLine] = []
        for language in self._settings.languages:
            line = await self._check(language)
            lines.append(line)
            if not line.ok:
                break
        return (*lines, *self._hints())

    async def _sheet(self, product: Product, requests: int) -> Sheet:
        """Take the words from the next language that has any, all else from the first."""
        key = Key(kind="id", parameters=(("icecat_id", product.icecat_id),))
        for language in self._settings.languages[1:]:
            if not product.texts.is_empty:
                break
            other = await self._client.sheet(language, key.parameters)
            requests += 1
            if isinstance(other, Product):
                product = msgspec.structs.replace(product, texts=other.texts)
        return Sheet(record=record(product, self._settings), requests=requests)

    async def _check(self, language: str) -> CheckLine:
        try:
            answer = await self._client.sheet(language, (("GTIN", KNOWN_GTIN),))
        except (Configuration, BrokenData) as error:
            return CheckLine(ok=False, what=error.what, remedy=error.remedy, code=error.code)
        except HubError as error:
            remedy = "Check the address and the way to it, then try again."
            return CheckLine(ok=False, what=error.what, remedy=error.remedy or remedy, code=error.code)
        if isinstance(answer, Product):
            return CheckLine(ok=True, what=f"Icecat knows the account and gives sheets in {language}.")
        return CheckLine(ok=True, what=f"Icecat knows the account and the language {language}.")

    def _hints(self) -> tuple[CheckLine, ...]:
        settings = self._settings
        if settings.content_token and not settings.api_token:
            return (
                CheckLine(
                    ok=False,
                    what="A content access token is only used together with an API access token.",
                    remedy="Set 'api_token' too.",
                    code="ICECAT-20",
                    blocks=False,
                ),
            )
        return ()
