"""A case of the suite, and how it says that a connector breaks the contract."""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from shopweave.connector.capabilities import Method
from shopweave.connector.contract.ground import Ground


class Breach(AssertionError):
    """The connector does not keep the contract."""


class Case(Struct, frozen=True, kw_only=True):
    """One rule of the contract; `name` is a sentence.

    `roles` are protocols the connection must play, `samples` the names of fields of `Samples` that must be
    given. `hands` says that somebody must be able to work at the other side, `speaks` limits a case to
    connectors of one door (http or sql), `methods` to connectors with a feed that is read in such a way.
    """

    name: str
    run: Callable[[Ground], Awaitable[None]]
    roles: tuple[type, ...] = ()
    samples: tuple[str, ...] = ()
    hands: bool = False
    speaks: str = ""
    methods: frozenset[Method] = frozenset()


def need(kept: object, sentence: str) -> None:
    """Raise `Breach` with this sentence unless the rule is kept."""
    if not kept:
        raise Breach(sentence)
