"""Pictures on their way to a target: fetched from their source, uploaded once by content."""

from collections.abc import Mapping
from hashlib import sha256

from msgspec import structs

from shopweave.lanes.choose import Pick
from shopweave.lanes.port import Port
from shopweave.lanes.refusals import Flows
from shopweave.model.atoms import Atoms
from shopweave.model.change import Written
from shopweave.model.errors import BrokenData
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import Picture, PictureBytes


async def fetched(pick: Pick, flows: Flows, ports: Mapping[int, Port]) -> tuple[Pick, str]:
    """Put the content of a picture into its upload; gives the hash of the content too."""
    composed = pick.composed[0]
    change = composed.changes[0]
    picture = change.after.get("main_image")
    flow = flows.get(change.flow or 0)
    if not isinstance(picture, Picture) or flow is None or flow.source not in ports:
        raise BrokenData("The picture's source is not known any more.", code="IMG-001")
    source = ports[flow.source]
    async with source.gate.slot():
        content: PictureBytes = await source.connector.picture(picture)
    write = structs.replace(composed.write, picture=content)
    filled = structs.replace(composed, write=write)
    return structs.replace(pick, composed=(filled,)), sha256(content.content).hexdigest()


def same_picture(pick: Pick, remote_id: str) -> Written:
    """Answer an upload with a picture of the same content that is there already."""
    record = RemoteRecord(kind=Kind.MEDIA, form=Form.MEDIA, remote_id=remote_id, atoms=Atoms())
    return Written(number=pick.composed[0].write.number, record=record, confirmed=())
