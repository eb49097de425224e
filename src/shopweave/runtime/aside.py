"""A hub beside one that works: it hands its work in, and works itself once nobody else does."""

from shopweave.hub.context import Hub
from shopweave.runtime.folder import FolderBusy, FolderWorking
from shopweave.runtime.opening import Opened
from shopweave.runtime.right import Right
from shopweave.store.postgres import StoreBusy

INVITING = (FolderWorking, StoreBusy)
LOOK = 0.5


async def wait_for_turn(opened: Opened) -> None:
    """Take the right to work as soon as it is free, and begin: what was handed in must not wait for ever."""
    hub = opened.hub
    while not _taken(opened.right, hub):
        await hub.clock.sleep(LOOK)
    await hub.engine.take_over()
    hub.aside = False
    await hub.start()


def _taken(right: Right, hub: Hub) -> bool:
    try:
        right.take_folder()
        right.take_server(hub.store, shared=False)
    except (FolderBusy, StoreBusy):
        return False
    return True
