"""Messages to people, and whoever carries them."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from shopweave.model.finding import Finding


class Message(Struct, frozen=True, kw_only=True):
    """One message; the same news has the same `id`, so that a receiver can tell a repetition."""

    id: str
    at: datetime
    subject: str
    text: str
    link: str = ""
    findings: tuple[Finding, ...] = ()


class Post(Protocol):
    """A way out for messages, such as e-mail; `name` stays the same for good."""

    name: str

    async def send(self, message: Message) -> None:
        """Hand a message over; raises a `HubError` that says why it did not go."""
        ...
