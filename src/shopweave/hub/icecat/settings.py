"""From an environment file to the settings of a hub."""

from collections.abc import Mapping

from shopweave.connector.declaration import find_connector
from shopweave.connector.settings import OptionKind
from shopweave.hub.icecat.env import IcecatEnv
from shopweave.model.errors import Configuration
from shopweave.model.settings import ConnectionSettings, FlowSettings, GuardLimits, HubSettings, Secret

TILL, ICECAT, SHOP, FLOW = "till", "icecat", "shop", "icecat-to-shop"
_DAILY_AT_5 = "0 5 * * *"


def settings_of(env: IcecatEnv, zone: str = "UTC") -> HubSettings:
    """Make the settings of the tools: items and their EANs from the till, content from Icecat, to the shop.

    The till writes nothing into the shop here: products are linked by SKU, the shop's manual texts stay.
    """
    languages = tuple(one.strip() for one in env.icecat_languages.split(",") if one.strip()) or ("EN",)
    icecat = {"user": env.icecat_user, "api_token": env.icecat_api_token, "languages": languages}
    shop = {"url": env.wp_url, "wp_user": env.wp_user, "application_password": env.wp_password}
    return HubSettings(
        time_zone=zone,
        connections=(
            _connection(TILL, "phppos", _till(env)),
            _connection(ICECAT, "icecat", icecat),
            _connection(SHOP, "woocommerce", shop),
        ),
        flows=(flow(),),
    )


def _till(env: IcecatEnv) -> dict[str, object]:
    """Read where the till's database is: `host`, `host:port`, or `sqlite:path` to try things out."""
    if env.mysql_host.startswith("sqlite:"):
        return {"path": env.mysql_host.removeprefix("sqlite:")}
    host, _, port = env.mysql_host.partition(":")
    if port and not port.isdigit():
        text = f"'{port}' in MYSQL_HOST is no port."
        raise Configuration(text, code="ENV-004", remedy="Write it as host or host:3306.")
    account = {"user": env.mysql_user, "password": env.mysql_password, "database": env.mysql_database}
    return {"host": host, "port": int(port or 3306), **account}


def flow() -> FlowSettings:
    """Give the only flow: weight, text block, and pictures where there are none."""
    return FlowSettings(
        name=FLOW,
        source=ICECAT,
        target=SHOP,
        items=TILL,
        own=("measures", "long_text#icecat", "main_image"),
        only_if_target_empty=("main_image",),
        create=False,
        schedule=_DAILY_AT_5,
        guard=GuardLimits(),
    )


def _connection(name: str, kind: str, values: Mapping[str, object]) -> ConnectionSettings:
    options = find_connector(kind).options
    secrets = [option.name for option in options if option.kind is OptionKind.SECRET]
    plain = {option.name: option.default for option in options if option.default not in (None, "")}
    return ConnectionSettings(
        name=name,
        type=kind,
        plain={**plain, **{key: value for key, value in values.items() if key not in secrets}},
        secrets={key: Secret(str(value)) for key, value in values.items() if key in secrets},
    )
