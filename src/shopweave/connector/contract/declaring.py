"""Cases about what a connector says of itself."""

from shopweave.connector.capabilities import Capabilities
from shopweave.connector.contract.case import Case, need
from shopweave.connector.contract.ground import Ground
from shopweave.connector.declaration import Connector
from shopweave.connector.settings import Option, OptionKind
from shopweave.model.atoms import BASES, base


async def _options(ground: Ground) -> None:
    connector = ground.connector
    _texts(connector)
    names = [option.name for option in connector.options]
    need(len(names) == len(set(names)), "two options have one name")
    for option in connector.options:
        _option(option)


def _texts(connector: Connector) -> None:
    need(connector.name.isidentifier() and connector.name.islower(), "the name is no lower-case word")
    need(connector.title and connector.description, "title or description is missing")
    need(connector.options, "there are no options")


def _option(option: Option) -> None:
    name = option.name
    need(option.title and option.description.endswith("."), f"'{name}' has no title or no whole sentence")
    if option.kind is OptionKind.SECRET:
        need(not option.default, f"the secret '{name}' has a default")
    if option.kind is OptionKind.CHOICE:
        need(option.choices, f"'{name}' is a choice of nothing")
        need(option.needed or option.default in option.choices, f"the default of '{name}' is no choice")
    if isinstance(option.default, int | float) and not isinstance(option.default, bool):
        low, high = option.minimum, option.maximum
        need(low is None or option.default >= low, f"the default of '{name}' is below its minimum")
        need(high is None or option.default <= high, f"the default of '{name}' is above its maximum")


async def _capabilities(ground: Ground) -> None:
    known = ground.capabilities
    need(len(known.atoms) == len(set(known.atoms)), "an atom stands there twice")
    need(all(base(atom) in BASES for atom in known.atoms), "there is an atom that nobody knows")
    need(set(known.dated) <= set(known.atoms), "an atom is dated that is not read")
    need(set(known.references) <= set(known.atoms), "an atom has references that is not read")
    names = [feed.name for feed in known.feeds]
    need(len(names) == len(set(names)), "two feeds have one name")
    need(all(feed.kinds for feed in known.feeds), "a feed holds nothing")
    _numbers(known)


def _numbers(known: Capabilities) -> None:
    kinds = [write.kind for write in known.writes]
    need(len(kinds) == len(set(kinds)), "one kind is written in two ways")
    need(all(write.batch >= 1 for write in known.writes), "a batch holds nothing")
    need(known.requests_at_once >= 1, "no request may be sent")
    need(known.read_by_ids >= 1, "nothing can be read by id")
    need(known.longest_run > 0, "a request takes no time")


async def _growth(ground: Ground) -> None:
    first = ground.first_atoms
    found = ground.capabilities.atoms
    need(found[: len(first)] == first, "atoms were taken away, or moved: stored fingerprints no longer fit")


async def _names(ground: Ground) -> None:
    text = repr(ground.connect())
    need(not any(secret in text for secret in ground.secrets), "the connection shows its secrets")


CASES = (
    Case(name="options have names, sentences and defaults that fit", run=_options),
    Case(name="capabilities do not contradict themselves", run=_capabilities),
    Case(name="the order of atoms only ever grows", run=_growth),
    Case(name="a connection does not show its secrets", run=_names),
)
