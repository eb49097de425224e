"""Orders as files: each whole or not there, the same order always under the same name."""

import re
from hashlib import blake2b
from posixpath import join

from shopweave.connector.declaration import Doors
from shopweave.connector.orders import HandedOver, HandOver, Progress, Taken
from shopweave.connector.roles import CheckLine
from shopweave.connector.transports import FileTransport
from shopweave.connectors.orderfeed.document import document, encoded
from shopweave.connectors.orderfeed.reports import read_report
from shopweave.connectors.orderfeed.settings import FeedSettings
from shopweave.connectors.orderfeed.sheet import sheet
from shopweave.model.change import WriteRefused
from shopweave.model.errors import BrokenData, Configuration, Fenced, HubError

_STRANGE = re.compile(r"[^A-Za-z0-9]+")


class Filing:
    """One folder that a receiver reads."""

    def __init__(self, settings: FeedSettings, doors: Doors) -> None:
        self._settings, self._door, self._clock = settings, doors.files, doors.clock

    async def take(self, order: HandOver, not_after: float | None) -> Taken | WriteRefused:
        """Put one order into the folder, unless it is there or was taken from there."""
        if (found := await self.find(order)) is not None:
            return found
        whole = document(order)
        content = sheet(whole) if self._settings.is_csv else encoded(whole)
        if not_after is not None and self._clock.monotonic() > not_after:
            raise Fenced
        await self._files().put(self._path(self._settings.folder, order), content)
        return Taken(remote_id=self._name(order))

    async def find(self, order: HandOver) -> Taken | None:
        """Look for the file where it was put and where the receiver moves what it has taken."""
        folders = [one for one in (self._settings.folder, self._settings.taken_folder) if one]
        for folder in folders:
            if await self._files().exists(self._path(folder, order)):
                return Taken(remote_id=self._name(order))
        return None

    async def progress(self, orders: tuple[HandedOver, ...]) -> tuple[Progress, ...]:
        """Look for the receiver's files about orders; one that cannot be read is as if it were not there."""
        said = [await self._said(one.reference) for one in orders]
        return tuple(one for one in said if one is not None)

    async def _said(self, reference: str) -> Progress | None:
        path = join(self._settings.back_folder, file_name(reference, "json"))
        try:
            body = await self._files().read(path)
        except BrokenData:
            return None
        return None if body is None else read_report(reference, body)

    async def check(self) -> tuple[CheckLine, ...]:
        """Look whether the folders are there and may be written."""
        try:
            await self._files().usable(self._settings.folder)
            for folder in (self._settings.taken_folder, self._settings.back_folder):
                if folder:
                    await self._files().exists(join(folder, "x"))
        except HubError as error:
            return (CheckLine(ok=False, what=error.what, remedy=error.remedy, code=error.code),)
        return (CheckLine(ok=True, what="The folder is there and takes files."),)

    def _files(self) -> FileTransport:
        if self._door is None:
            raise Configuration("This hub can write no files.", code="ORD-004")
        return self._door

    def _path(self, folder: str, order: HandOver) -> str:
        return join(folder, self._name(order))

    def _name(self, order: HandOver) -> str:
        return file_name(order.reference, "csv" if self._settings.is_csv else "json")


def file_name(reference: str, ending: str) -> str:
    """Name the file of a reference: readable, and never the same for two."""
    readable = _STRANGE.sub("-", reference).strip("-")[:80]
    digest = blake2b(reference.encode(), digest_size=6).hexdigest()
    return f"order-{readable}-{digest}.{ending}"
