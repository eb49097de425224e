"""Who may import whom: one table, from which the import contracts are made.

`python -m tools.rooms` writes them to `.importlinter`; a test holds the file to this table.
"""

from collections.abc import Iterable
from pathlib import Path

_BELOW_HUB = ("model", "core", "store", "connector", "engine", "lanes", "flows")
ROOMS: dict[str, tuple[str, ...]] = {
    "model": (),
    "core": ("model",),
    # Tables of systems whose interfaces are assumed.
    "wire": (),
    "connector": ("model", "core"),
    "connectors": ("connector", "model", "core", "wire"),
    "simulators": ("model", "wire"),
    "store": ("model", "core"),
    "engine": ("model", "store"),
    "lanes": ("model", "core", "store", "connector", "engine"),
    "flows": ("model", "core", "store", "connector", "engine", "lanes"),
    "hub": _BELOW_HUB,
    "runtime": (*_BELOW_HUB, "hub"),
    "demo": ("model", "runtime", "hub", "simulators"),
    # The network of a storm stands behind the transports that room `connector` defines.
    "storms": ("model", "connector", "hub", "store", "engine", "simulators"),
    "web": ("model", "hub", "runtime"),
    "cli": ("model", "hub", "web", "runtime", "demo", "simulators", "storms"),
}
FOREIGN: dict[str, tuple[str, ...]] = {
    "sqlalchemy": ("store", "engine"),
    "alembic": ("store",),
    "dbos": ("engine",),
    "aiohttp": ("runtime", "demo"),
    "pymysql": ("runtime",),
    "litestar": ("web",),
    "typer": ("cli",),
}
# What the oracles of the storms may know beside the simulators, by the folder that each judges.
ORACLES: dict[str, tuple[str, ...]] = {
    "storms": ("scenario",),
    "storms.trade": ("demand", "facts", "keeper", "scenario", "stall"),
}
ORACLE = ("ideal", "oracle", "oversell")
ROOT = "shopweave"
SOURCE = Path("src") / ROOT


def forbidden() -> dict[str, tuple[str, ...]]:
    """Give the rooms that each room may not import."""
    return {
        room: tuple(other for other in ROOMS if other != room and other not in allowed)
        for room, allowed in ROOMS.items()
    }


def contracts(source: Path = SOURCE) -> str:
    """Write the contracts as import-linter reads them; modules that do not exist yet have none."""
    parts = ["[importlinter]", f"root_package = {ROOT}", "include_external_packages = True", ""]
    for room, others in forbidden().items():
        title = f"{room} imports {', '.join(ROOMS[room]) or 'nothing'} of the house only"
        parts += _forbid(f"room_{room}", title, [room], _names(others))
    for library, rooms in FOREIGN.items():
        outside = [room for room in ROOMS if room not in rooms]
        parts += _forbid(
            f"foreign_{library}", f"{library} is used in {', '.join(rooms)} only", outside, [library]
        )
    parts += _oracles(source)
    parts += ["[importlinter:contract:connectors_apart]", "name = connectors never import each other"]
    parts += ["type = independence", "modules ="]
    parts += [f"    {ROOT}.connectors.{name}" for name in _packages(source / "connectors")]
    return "\n".join([*parts, ""])


def _oracles(source: Path) -> list[str]:
    """Keep the oracles of the storms outside: they know the truth from the simulators only."""
    rooms = [room for room in ROOMS if room not in ("storms", "simulators")]
    parts = []
    for folder, may in ORACLES.items():
        here = _modules(source.joinpath(*folder.split(".")))
        found = [f"{folder}.{one}" for one in here if one in ORACLE]
        others = [f"{folder}.{one}" for one in here if one not in (*ORACLE, *may)]
        if folder != "storms":
            others += [
                f"storms.{one}" for one in _modules(source / "storms") if one not in ("scenario", "trade")
            ]
        if found:
            title = f"the oracle imports simulators and the scenario only ({folder})"
            parts += _forbid(f"oracle_{folder.replace('.', '_')}", title, found, _names([*rooms, *others]))
    return parts


def _modules(folder: Path) -> list[str]:
    names = {path.stem for path in folder.glob("*.py")} | set(_packages(folder))
    return sorted(names - {"__init__", "__main__"})


def _packages(folder: Path) -> list[str]:
    return sorted(path.parent.name for path in folder.glob("*/__init__.py"))


def _names(rooms: Iterable[str]) -> list[str]:
    return [f"{ROOT}.{room}" for room in rooms]


def _forbid(key: str, name: str, sources: list[str], targets: list[str]) -> list[str]:
    lines = [f"[importlinter:contract:{key}]", f"name = {name}", "type = forbidden", "source_modules ="]
    lines += [f"    {source}" for source in _names(sources)]
    lines += ["forbidden_modules =", *(f"    {target}" for target in targets)]
    return [*lines, "allow_indirect_imports = True", ""]


if __name__ == "__main__":
    Path(".importlinter").write_text(contracts(), "utf-8")
