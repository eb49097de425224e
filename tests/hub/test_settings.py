"""The settings file as a whole: what it gives, and what is said of one that is wrong."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import NODEFAULT, Struct, structs

from shopweave.connector.settings import Option, OptionKind
from shopweave.hub.settings import SettingsError, load, read
from shopweave.hub.settings.flow_spec import FLOW, GUARD, ORDER_FLOW
from shopweave.hub.settings.problems import Problem
from shopweave.hub.settings.spec import EMAIL, HUB, ICECAT_TOOL, WEB
from shopweave.hub.settings.templates import INIT, demo_settings
from shopweave.model.errors import Configuration
from shopweave.model.settings import (
    EmailSettings,
    FlowSettings,
    GuardLimits,
    HubSettings,
    IcecatToolSettings,
    OrderFlowSettings,
    Secret,
    WebSettings,
)

FILE = "/hub/shopweave.toml"
SOUND = """
[hub]
time_zone = "Europe/Helsinki"

[connections.till]
type = "phppos"
path = "till.sqlite"

[connections.icecat]
type = "icecat"
user = "acme"

[connections.shop]
type = "woocommerce"
url = "https://shop.example"
consumer_key = { env = "WOO_KEY" }
consumer_secret = { env = "WOO_SECRET" }

[flows.prices]
source = "till"
target = "shop"
own = ["name", "regular_price"]
schedule = "daily at 05:00"
guard = { share = 0.5, creations = 3 }
"""
SECRETS = {"WOO_KEY": "ck_1", "WOO_SECRET": "cs_2"}


def settings(text: str = SOUND, environment: Mapping[str, str] = SECRETS) -> HubSettings:
    return read(text, FILE, environment)


def problems(text: str, environment: Mapping[str, str] = SECRETS) -> tuple[Problem, ...]:
    with pytest.raises(SettingsError) as caught:
        read(text, FILE, environment)
    return caught.value.problems


def one(text: str, environment: Mapping[str, str] = SECRETS) -> Problem:
    found = problems(text, environment)
    assert len(found) == 1, found
    return found[0]


def changed(old: str, new: str) -> str:
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def test_a_sound_file_gives_typed_values() -> None:
    found = settings()
    assert [one.name for one in found.connections] == ["till", "icecat", "shop"]
    flow = found.flows[0]
    assert flow == FlowSettings(
        name="prices",
        source="till",
        target="shop",
        own=("name", "regular_price"),
        schedule="0 5 * * *",
        zone="Europe/Helsinki",
        guard=GuardLimits(share=0.5, creations=3),
    )


def test_an_empty_file_is_a_hub_without_connections() -> None:
    assert settings("") == HubSettings()


def test_a_connection_has_the_defaults_of_its_connector() -> None:
    till = settings().connections[0]
    assert till.values["table_prefix"] == "phppos_"
    assert till.values["password"] == ""


def test_a_path_is_relative_to_the_folder_of_the_file() -> None:
    assert settings().connections[0].values["path"] == "/hub/till.sqlite"


def test_the_templates_are_sound() -> None:
    names = {"MYSQL_PASSWORD": "a", "ICECAT_API_TOKEN": "b", "WP_API_PASS": "c"}
    assert len(settings(INIT, names).flows) == 2


def test_the_demo_says_how_much_it_asks_of_icecat(tmp_path: Path) -> None:
    (tmp_path / "simulators").mkdir()
    secret = tmp_path / "simulators" / "shop-password"
    secret.write_text("abc")
    secret.chmod(0o600)
    text = demo_settings(till="till.sqlite", icecat="http://127.0.0.1:2", shop="http://127.0.0.1:3")
    found = read(text, str(tmp_path / "shopweave.toml"), {})
    assert found.connections[1].values["requests_per_second"] == 1000
    assert "requests_per_second = 1000" in text
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("options", "struct"),
    [
        (HUB, HubSettings),
        (FLOW, FlowSettings),
        (ORDER_FLOW, OrderFlowSettings),
        (GUARD, GuardLimits),
        (EMAIL, EmailSettings),
        (WEB, WebSettings),
        (ICECAT_TOOL, IcecatToolSettings),
    ],
)
def test_what_is_described_is_what_is_kept(options: tuple[Option, ...], struct: type[Struct]) -> None:
    fields = {field.name: field for field in structs.fields(struct)}
    for option in (one for one in options if one.name != "every"):
        field = fields[{"from": "sender"}.get(option.name, option.name)]
        is_plain = option.kind is not OptionKind.SECRET and option.name != "zone"
        if is_plain and field.default is not NODEFAULT:
            assert field.default == option.default, option.name


@pytest.mark.parametrize(
    ("old", "new", "key", "said", "nearest"),
    [
        ("time_zone", "time_zon", "hub.time_zon", "unknown", "time_zone"),
        ("[flows.prices]", "[flow.prices]", "flow", "no section", "flows"),
        (
            'type = "woocommerce"',
            'type = "woocomerce"',
            "connections.shop.type",
            "no connector",
            "woocommerce",
        ),
        (
            'user = "acme"',
            'user = "acme"\nlanguage = ["FI"]',
            "connections.icecat.language",
            "unknown",
            "languages",
        ),
        ('target = "shop"', 'target = "shpo"', "flows.prices.target", "no connection", "shop"),
        ('"regular_price"]', '"reglar_price"]', "flows.prices.own", "no atom", "regular_price"),
        (
            'schedule = "daily',
            'drift = "overwrit"\nschedule = "daily',
            "flows.prices.drift",
            "not allowed",
            "overwrite",
        ),
        ("creations = 3", "creation = 3", "flows.prices.guard.creation", "unknown", "creations"),
    ],
)
def test_a_wrong_name_is_shown_with_its_line_and_the_nearest_known_one(
    old: str, new: str, key: str, said: str, nearest: str
) -> None:
    text = changed(old, new)
    found = one(text)
    assert (found.file, found.key, found.nearest) == (FILE, key, nearest)
    assert said in found.what
    assert nearest in found.allowed
    assert found.line == line_of(text, new.splitlines()[-1 if "language" in new else 0])
    assert str(found).startswith(f"{FILE}:{found.line}: {key}: ")
    assert f"Did you mean '{nearest}'?" in str(found)


@pytest.mark.parametrize(
    ("new", "key", "wanted"),
    [
        ("[hub]\nlog_days = 1.5", "hub.log_days", "a whole number from 1 to 3650"),
        ("[hub]\nlog_days = true", "hub.log_days", "a whole number from 1 to 3650"),
        ("[hub]\nallow_private_addresses = 1", "hub.allow_private_addresses", "true or false"),
        ('[web]\nport = "8700"\n[hub]', "web.port", "a whole number from 1 to 65535"),
        ('[web]\nbase_url = "hub.example"\n[hub]', "web.base_url", "an address that begins with https://"),
        ('[icecat_tool]\nlog_dir = ["logs"]\n[hub]', "icecat_tool.log_dir", "a text"),
    ],
)
def test_a_wrong_type_says_what_is_wanted(new: str, key: str, wanted: str) -> None:
    found = one(changed("[hub]", new))
    assert found.key == key
    assert wanted in found.what
    assert found.value != ""


@pytest.mark.parametrize("value", ["99999", "0", '"3306"'])
def test_a_connectors_bounds_are_kept(value: str) -> None:
    found = one(changed('path = "till.sqlite"', f'path = "till.sqlite"\nport = {value}'))
    assert found.key == "connections.till.port"
    assert "from 1 to 65535" in found.what


def test_what_a_connector_needs_is_missed() -> None:
    found = one(changed('user = "acme"', ""))
    assert (found.key, found.line) == ("connections.icecat.user", line_of(SOUND, "[connections.icecat]"))


def test_a_value_where_a_section_belongs_is_told() -> None:
    assert one('flows = "all"').key == "flows"
    assert one("hub = 3").key == "hub"


def test_every_problem_is_told_at_once() -> None:
    text = changed("time_zone", "time_zon").replace('user = "acme"', "").replace('"name"', '"nam"')
    assert [found.key for found in problems(text, {})] == [
        "hub.time_zon",
        "connections.icecat.user",
        "connections.shop.consumer_key",
        "connections.shop.consumer_secret",
        "flows.prices.own",
    ]


def test_a_file_that_is_no_toml_names_the_line() -> None:
    found = one("[hub]\ntime_zone = Europe\n")
    assert found.line == 2
    assert "TOML" in found.what


def test_a_folder_without_a_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Configuration, match="shopweave init"):
        load(tmp_path)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "shopweave.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Configuration, match="cannot be read"):
        load(tmp_path)


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "shopweave.toml").write_bytes(b"\xef\xbb\xbf[hub]\nlog_days = 3\n")
    assert load(tmp_path).log_days == 3


def test_a_message_goes_where_the_section_says() -> None:
    text = SOUND + (
        '\n[notify]\nwebhook = { env = "HOOK" }\n[notify.email]\nhost = "smtp.example"\n'
        'from = "hub@shop.example"\nto = ["you@shop.example"]\n'
    )
    found = settings(text, {**SECRETS, "HOOK": "https://hooks.example/abc"}).notify
    assert found.webhook == Secret("https://hooks.example/abc")
    assert found.email == EmailSettings(
        host="smtp.example", sender="hub@shop.example", to=("you@shop.example",)
    )


@pytest.mark.parametrize("address", ["you", "you@", "a b@c.example"])
def test_a_mail_address_must_look_like_one(address: str) -> None:
    text = SOUND + f'\n[notify.email]\nhost = "h"\nfrom = "hub@shop.example"\nto = ["{address}"]\n'
    assert "no mail address" in one(text).what


def test_a_hub_in_another_database() -> None:
    text = changed("[hub]", '[hub]\ndatabase = "postgresql://hub@db.example/shopweave"')
    assert settings(text).database == "postgresql://hub@db.example/shopweave"
    assert settings(text).warnings == ()


def test_an_unknown_kind_of_database_is_refused() -> None:
    assert one(changed("[hub]", '[hub]\ndatabase = "oracle://x"')).key == "hub.database"
