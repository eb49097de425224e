"""Simulators on their own: served until somebody stops them, with their addresses and credentials."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shopweave.demo.serve import forever
from shopweave.demo.world import KEY, NAMES, PASSWORD, SECRET, TOKEN, Wish, World
from shopweave.model.errors import Configuration
from shopweave.runtime.clock import SystemClock, SystemIds
from shopweave.simulators.faults import Faults, read_faults


async def simulate(
    folder: Path, items: int, wish: Wish, *, simple: bool, seed: int, tell: Callable[[World], None]
) -> None:
    """Serve until stopped; `tell` is called once everything answers."""
    world = World(folder, SystemClock(), SystemIds())
    try:
        await world.serve(items, wish, simple=simple, seed=seed)
        tell(world)
        await forever()
    finally:
        await world.stop()


def wanted(names: list[str]) -> tuple[str, ...]:
    """Read names of simulators; raises `Configuration` for one that does not exist."""
    for name in names:
        if name not in NAMES:
            what = f"There is no simulator '{name}'."
            raise Configuration(what, code="SIM-102", remedy=f"Known are {', '.join(NAMES)}.")
    return tuple(dict.fromkeys(names)) or NAMES


def wanted_faults(texts: list[str]) -> Faults:
    """Read `KIND=SHARE` options."""
    try:
        return read_faults(tuple(texts))
    except ValueError as error:
        what = f"--fault: {error}."
        raise Configuration(what, code="SIM-103", remedy="Write for example --fault 5xx=0.05.") from error


def wanted_ports(texts: list[str]) -> dict[str, int]:
    """Read `NAME=PORT` options."""
    found: dict[str, int] = {}
    for text in texts:
        name, _, port = text.partition("=")
        if name not in NAMES[:2] or not port.isdigit():
            what = f"--port: '{text}' is not NAME=PORT."
            raise Configuration(what, code="SIM-104", remedy="Write for example --port woocommerce=8080.")
        found[name] = int(port)
    return found


def addresses(world: World, names: tuple[str, ...]) -> dict[str, Any]:
    """Give where each system is and in which files its credentials are, never the credentials."""
    keep = world.keep
    every: dict[str, Callable[[], dict[str, Any]]] = {
        "woocommerce": lambda: {
            "url": world.shop.url,
            "user": "hub",
            "password_file": str(keep / PASSWORD),
            "consumer_key_file": str(keep / KEY),
            "consumer_secret_file": str(keep / SECRET),
        },
        "icecat": lambda: {
            "url": f"{world.icecat.url}/api",
            "user": "hub",
            "api_token_file": str(keep / TOKEN),
        },
        "till": lambda: {"path": str(world.till_path)},
    }
    return {name: every[name]() for name in names}


def lines(world: World, names: tuple[str, ...]) -> list[str]:
    """Tell a person where each system is and how to get in."""
    found: list[str] = []
    if "woocommerce" in names:
        found += [
            f"WooCommerce  {world.shop.url}",
            f"  user hub, application password {world.secret(PASSWORD)}",
            f"  consumer key {world.secret(KEY)}, secret {world.secret(SECRET)} (OAuth 1.0a on http)",
        ]
    if "icecat" in names:
        found += [f"Icecat       {world.icecat.url}/api", f"  user hub, api-token {world.secret(TOKEN)}"]
    if "till" in names:
        found.append(f"Till         {world.till_path}")
    return [*found, f"State and credentials are in {world.keep}. Ctrl-C ends it."]
