"""Reading `shopweave.toml` as a whole."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from shopweave.hub.settings.connections import read_connections
from shopweave.hub.settings.flows import read_flows
from shopweave.hub.settings.kinds import abilities, check_kinds, check_zone
from shopweave.hub.settings.order_flows import read_order_flows
from shopweave.hub.settings.overrides import lay_over
from shopweave.hub.settings.problems import Problem, SettingsError
from shopweave.hub.settings.reading import Reading
from shopweave.hub.settings.spec import EMAIL, HUB, ICECAT_TOOL, NOTIFY, WEB
from shopweave.hub.settings.stock_flows import read_stock_flows
from shopweave.model.errors import Configuration
from shopweave.model.settings import (
    EmailSettings,
    HubSettings,
    IcecatToolSettings,
    NotifySettings,
    Secret,
    WebSettings,
)

NAME = "shopweave.toml"
SECTIONS = ("hub", "connections", "flows", "notify", "web", "icecat_tool")


def load(folder: Path) -> HubSettings:
    """Read the settings of a hub's folder; raises `SettingsError` with all problems at once."""
    path = folder / NAME
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise Configuration(
            f"There is no {NAME} in {folder}.",
            code="CFG-101",
            remedy="Run 'shopweave init' there, or give --dir.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise Configuration(
            f"{path} cannot be read.", code="CFG-103", remedy="Make it a UTF-8 text that this user may read."
        ) from error
    return read(text, str(path), os.environ)


def read(text: str, file: str, environment: Mapping[str, str]) -> HubSettings:
    """Read settings from a text; secrets are looked up in `environment` and in files beside `file`."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError((_not_toml(file, str(error)),)) from None
    reading = Reading(file, text, lay_over(raw, environment), environment)
    for name in reading.raw:
        if name not in SECTIONS:
            reading.wrong((name,), f"there is no section '{name}'.", allowed=SECTIONS, name=name)
    found = _read(reading)
    if reading.problems:
        raise SettingsError(tuple(reading.problems))
    return found


def _read(reading: Reading) -> HubSettings:
    hub = reading.table(("hub",), HUB)
    zone = hub.setdefault("time_zone", "UTC")
    check_zone(reading, ("hub", "time_zone"), zone)
    hub["database"] = _database(reading, hub.get("database", Secret()))
    web = WebSettings(**reading.table(("web",), WEB))
    tool = IcecatToolSettings(**reading.table(("icecat_tool",), ICECAT_TOOL))
    notify = _notify(reading)
    connections = read_connections(reading)
    able = abilities(connections)
    check_kinds(reading)
    flows = read_flows(reading, able, zone)
    order_flows = read_order_flows(reading, able, zone)
    stock_flows = read_stock_flows(reading, able, zone, connections, order_flows)
    return HubSettings(
        **hub,
        connections=connections,
        flows=flows,
        order_flows=order_flows,
        stock_flows=stock_flows,
        notify=notify,
        web=web,
        icecat_tool=tool,
        warnings=tuple(reading.warnings),
    )


def _database(reading: Reading, given: Secret) -> str:
    text = given.reveal()
    try:
        scheme = urlsplit(text).scheme
    except ValueError:
        scheme = "?"
    if text and scheme not in ("postgresql", "postgres"):
        reading.wrong(
            ("hub", "database"),
            "this is no address of a PostgreSQL database.",
            remedy="Write postgresql://user@host/name, or leave it out for a file in the hub's folder.",
        )
    return text


def _notify(reading: Reading) -> NotifySettings:
    plain = reading.table(("notify",), NOTIFY, also=("email",))
    webhook = plain.get("webhook", Secret())
    if webhook and not webhook.reveal().startswith(("https://", "http://")):
        reading.wrong(
            ("notify", "webhook"), "this is no address.", remedy="Give one that begins with https://."
        )
    raw = reading.raw.get("notify", {})
    email = _email(reading) if isinstance(raw, Mapping) and "email" in raw else None
    return NotifySettings(email=email, webhook=webhook, webhook_secret=plain.get("webhook_secret", Secret()))


def _email(reading: Reading) -> EmailSettings:
    path = ("notify", "email")
    given = reading.table(path, EMAIL)
    for key in ("from", "to"):
        for address in [given[key]] if isinstance(given.get(key), str) else given.get(key, ()):
            if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
                text = f"'{address}' is no mail address."
                reading.wrong((*path, key), text, value=address, word=address, remedy="Write name@domain.")
    values = {"host": "", "from": "", "to": (), **given}
    return EmailSettings(sender=values.pop("from"), **values)


def _not_toml(file: str, error: str) -> Problem:
    line = re.search(r"at line (\d+)", error)
    what = re.sub(r" *\(at .*\)$", "", error)
    return Problem(
        file=file, line=int(line[1]) if line else 0, key="", what=f"this cannot be read as TOML: {what}."
    )
