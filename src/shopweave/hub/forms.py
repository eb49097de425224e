"""One-time keys of forms: whatever is sent twice, by a double click or a lost answer, is done once."""

from shopweave.hub.access import hashed
from shopweave.hub.context import Hub
from shopweave.store import forgetting, people
from shopweave.store.base import Tx

UNDER_WAY = ""


async def claim(hub: Hub, key: str, who: str) -> str | None:
    """Take a key for an act; None when it is ours now, else where the first act led, empty while it runs."""

    def take(tx: Tx) -> str | None:
        known = people.setting_of(tx, _name(key))
        if known is None:
            people.put_setting(tx, _name(key), UNDER_WAY, who)
        return known

    return await hub.store.write(take)


async def settle(hub: Hub, key: str, place: str, who: str) -> None:
    """Note where an act led."""
    await hub.store.write(lambda tx: people.put_setting(tx, _name(key), place, who))


async def release(hub: Hub, key: str) -> None:
    """Give a key back whose act was refused: the same form may be sent again."""
    await hub.store.write(lambda tx: people.drop_setting(tx, _name(key)))


def _name(key: str) -> str:
    return f"{forgetting.FORM}{hashed(key)}"
