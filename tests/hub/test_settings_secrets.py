"""Secrets in the settings: by reference, with a trail when missing, and never shown."""

from pathlib import Path

import msgspec
import pytest
from rich.pretty import pretty_repr

from shopweave.hub.settings import SettingsError, read
from shopweave.model.settings import Secret
from tests.hub.test_settings import FILE, SECRETS, SOUND, changed, one, settings

TOLD = "s3cr3t-Value/+"


def test_a_secret_comes_from_the_environment() -> None:
    shop = settings().connections[2]
    assert shop.values["consumer_key"] == "ck_1"
    assert shop.secrets["consumer_key"] == Secret("ck_1")


def test_a_secret_comes_from_a_file_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{TOLD}\n")
    (tmp_path / "key").chmod(0o600)
    text = changed('{ env = "WOO_KEY" }', '{ file = "key" }')
    found = read(text, str(tmp_path / "shopweave.toml"), SECRETS)
    assert found.connections[2].values["consumer_key"] == TOLD
    assert found.warnings == ()


def test_a_file_others_can_read_is_doubted(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(TOLD)
    (tmp_path / "key").chmod(0o644)
    text = changed('{ env = "WOO_KEY" }', '{ file = "key" }')
    assert "chmod 600" in read(text, str(tmp_path / "shopweave.toml"), SECRETS).warnings[0]


def test_a_secret_in_the_file_itself_works_and_is_doubted() -> None:
    found = settings(changed('{ env = "WOO_KEY" }', f'"{TOLD}"'))
    assert found.connections[2].values["consumer_key"] == TOLD
    assert "connections.shop.consumer_key" in found.warnings[0]
    assert TOLD not in found.warnings[0]


@pytest.mark.parametrize(
    ("reference", "environment", "trail"),
    [
        ('{ env = "WOO_KEY" }', {}, "WOO_KEY (is not set)"),
        ('{ env = "WOO_KEY" }', {"WOO_KEY": ""}, "WOO_KEY (is empty)"),
        ('{ file = "nowhere" }', {}, "/hub/nowhere (is not there)"),
    ],
)
def test_a_missing_secret_tells_where_it_was_looked_for(
    reference: str, environment: dict[str, str], trail: str
) -> None:
    text = changed('{ env = "WOO_KEY" }', reference)
    found = one(text, {"WOO_SECRET": "x", **environment})
    assert found.key == "connections.shop.consumer_key"
    assert "SHOPWEAVE__CONNECTIONS__SHOP__CONSUMER_KEY (is not set)" in found.what
    assert trail in found.what


@pytest.mark.parametrize("value", ["12345", f'{{ envv = "{TOLD}" }}', f'["{TOLD}"]', "{ env = 3 }"])
def test_a_secret_of_a_wrong_form_is_refused_and_not_shown(value: str) -> None:
    found = one(changed('{ env = "WOO_KEY" }', value))
    assert "by reference" in found.what
    assert found.value == ""
    assert TOLD not in str(found)
    assert "12345" not in str(found)


def test_an_address_with_a_password_in_it_is_refused_and_not_shown() -> None:
    found = one(changed("https://shop.example", f"https://hub:{TOLD}@shop.example"))
    assert found.key == "connections.shop.url"
    assert TOLD not in str(found)


def test_a_broken_address_with_a_password_in_it_is_not_shown() -> None:
    assert TOLD not in str(one(changed("https://shop.example", f"hub:{TOLD}@shop.example")))


def test_the_environment_lies_over_the_file() -> None:
    names = {
        "SHOPWEAVE__HUB__LOG_DAYS": "3",
        "SHOPWEAVE__HUB__ALLOW_PRIVATE_ADDRESSES": "true",
        "SHOPWEAVE__CONNECTIONS__SHOP__URL": "https://other.example",
        "SHOPWEAVE__CONNECTIONS__ICECAT__LANGUAGES": "FI, EN",
        "SHOPWEAVE__CONNECTIONS__SHOP__CONSUMER_SECRET": TOLD,
        "SHOPWEAVE__FLOWS__PRICES__OWN": '["name"]',
        "SHOPWEAVE__FLOWS__PRICES__GUARD__SHARE": "0.1",
    }
    found = settings(environment={"WOO_KEY": "ck_1", **names})
    assert (found.log_days, found.allow_private_addresses) == (3, True)
    assert found.connections[1].values["languages"] == ("FI", "EN")
    assert found.connections[2].values["url"] == "https://other.example"
    assert found.connections[2].values["consumer_secret"] == TOLD
    assert found.flows[0].own == ("name",)
    assert (found.flows[0].guard.share, found.flows[0].guard.creations) == (0.1, 3)
    assert found.warnings == ()


def test_the_environment_names_a_table_by_its_form() -> None:
    text = changed("[flows.prices]", "[flows.till-to-shop]")
    found = settings(text, {**SECRETS, "SHOPWEAVE__FLOWS__TILL_TO_SHOP__ZONE": "UTC"})
    assert found.flows[0].zone == "UTC"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SHOPWEAVE__HUB__LOG_DAYS", "many", "a whole number"),
        ("SHOPWEAVE__HUB__LOG_DAY", "3", "Did you mean 'log_days'?"),
        ("SHOPWEAVE__HUBB__LOG_DAYS", "3", "Did you mean 'hub'?"),
        ("SHOPWEAVE__CONNECTIONS__SHOPP__URL", "https://x.example", "needs a type"),
        ("SHOPWEAVE__CONNECTIONS__TILL__TLS", "perhaps", "true or false"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, said: str) -> None:
    found = one(SOUND, {**SECRETS, name: value})
    assert said in str(found)
    assert found.file == f"environment variable {name}"


@pytest.mark.parametrize("write", [repr, str, pretty_repr, lambda value: f"{value} {value!r}"])
def test_settings_never_show_their_secrets(write: type[str]) -> None:
    text = changed("[hub]", f'[hub]\ndatabase = "postgresql://hub:{TOLD}@db/x"')
    found = settings(text, {"WOO_KEY": TOLD, "WOO_SECRET": TOLD})
    for value in (found, found.connections, found.connections[2], Secret(TOLD), {"a": Secret(TOLD)}):
        assert TOLD not in write(value)
    assert "•••" in write(Secret(TOLD))


def test_a_secret_cannot_be_written_as_json_or_pickled() -> None:
    with pytest.raises(TypeError):
        msgspec.json.encode(settings().connections[2])
    with pytest.raises(TypeError):
        Secret(TOLD).__reduce__()


def test_the_settings_know_all_secrets_to_mask() -> None:
    text = changed("[hub]", '[hub]\ndatabase = "postgresql://hub:p%40ss@db/x"') + (
        '\n[notify]\nwebhook = "https://hooks.example/abc"\n[notify.email]\nhost = "h"\n'
        'from = "a@b.example"\nto = ["c@d.example"]\npassword = { env = "WOO_KEY" }\n'
    )
    assert settings(text).secrets == ("ck_1", "cs_2", "https://hooks.example/abc", "p@ss")


def test_errors_keep_their_problems_as_values() -> None:
    with pytest.raises(SettingsError) as caught:
        read("[hubb]", FILE, {})
    assert caught.value.code == "CFG-100"
    assert str(caught.value).endswith("(CFG-100)")
