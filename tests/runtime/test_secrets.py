"""Secrets are sealed where they are kept and hidden wherever text leaves the hub."""

import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from shopweave.model.errors import Configuration
from shopweave.runtime.secrets import KEY_FILE, MASK, Masker, add_key, drop_old_keys, mask, open_seal

HARD = 'p@s/s+w"o\\rd&é 7'
SECRETS = ("ck_0123456789abcdef", "abcd efgh ijkl mnop", HARD, "hunter2", "ab")


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda secret: secret,
    "query": lambda secret: urlencode({"consumer_secret": secret}),
    "url": lambda secret: f"mysql://hub:{quote(secret, safe='')}@db/till",
    "url, lower case": lambda secret: quote(secret, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "form": quote_plus,
    "json": lambda secret: json.dumps({"password": secret}),
    "json, unicode": lambda secret: json.dumps({"password": secret}, ensure_ascii=False),
    "repr": lambda secret: f"ValueError({secret!r})",
    "repr of bytes": lambda secret: repr(secret.encode()),
    "html": lambda secret: f"<td>{html.escape(secret)}</td>",
    "basic": lambda secret: f"Authorization: Basic {coded('hub:' + secret)}",
    "basic of a long name": lambda secret: f"'Basic {coded('someone@shop.example:' + secret)}'",
    "base64": coded,
    "base64 for urls": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
    "base64 in a path": lambda secret: f"/auth/{coded('u:' + secret)}",
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [one for one in SECRETS if len(one) > 3])
def test_every_form_of_a_secret_is_hidden(form: str, secret: str) -> None:
    written = FORMS[form](secret)
    found = Masker([secret])(f"GET /x?a=1 {written} → 401")
    assert written not in found
    assert secret not in found
    assert "•••" in found
    assert found.startswith("GET /x?a=1")
    assert found.endswith("→ 401")


def test_a_password_with_blanks_is_hidden_without_them_too() -> None:
    assert Masker(["abcd efgh ijkl mnop"])("sent abcdefghijklmnop") == "sent •••"


def test_a_short_secret_is_hidden_where_it_stands_alone() -> None:
    assert Masker(["ab"])("password=ab, table=abc") == "password=•••, table=abc"


def test_a_header_is_hidden_even_when_nobody_knows_its_secret() -> None:
    assert Masker()("Authorization: Bearer eyJhbGciOi.J9") == "Authorization: Bearer •••"


def test_text_without_secrets_stays_as_it_is() -> None:
    text = "shop: product 4711 of /wp-json/wc/v3/products/batch took 12.4 s, hash 0f3c9a77d2b1"
    assert Masker(SECRETS)(text) == text


def test_empty_secrets_hide_nothing() -> None:
    assert Masker(["", "  "])("a b  c") == "a b  c"


@given(st.text(min_size=4, max_size=30).filter(lambda text: text.strip() == text), st.text(max_size=20))
def test_a_secret_never_survives(secret: str, around: str) -> None:
    hidden = Masker([secret])(f"{around} {secret} {around}")
    assert secret in around or secret in "•••" or secret not in hidden.replace("•••", "\0")


def test_a_process_hides_what_it_was_told_of_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopweave.runtime.secrets.MASK", Masker())
    assert mask("tok-12345") == "tok-12345"
    assert mask("tok-12345", ["tok-12345"]) == "•••"
    assert MASK("tok-12345") == "tok-12345"


def test_what_is_sealed_can_be_opened_again(tmp_path: Path) -> None:
    sealed = open_seal(tmp_path).seal(HARD)
    assert HARD not in sealed
    assert open_seal(tmp_path).open(sealed) == HARD


def test_the_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    open_seal(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_a_key_file_others_can_read_is_refused(tmp_path: Path) -> None:
    open_seal(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(Configuration, match="chmod 600") as caught:
        open_seal(tmp_path)
    assert caught.value.code == "SEC-001"


@pytest.mark.parametrize("content", [b"", b"\n", b"no key\n"])
def test_a_spoilt_key_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / KEY_FILE
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Configuration, match="copy of it"):
        open_seal(tmp_path)
    assert path.read_bytes() == content


def test_a_new_key_opens_the_old_secrets_until_the_old_key_is_dropped(tmp_path: Path) -> None:
    old = open_seal(tmp_path).seal("one")
    seal = add_key(tmp_path)
    assert seal.open(old) == "one"
    renewed = seal.renew(old)
    seal = drop_old_keys(tmp_path)
    assert seal.open(renewed) == "one"
    with pytest.raises(Configuration) as caught:
        seal.open(old)
    assert caught.value.code == "SEC-002"
    assert old not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_key_change_that_died_half_way_is_begun_again(tmp_path: Path) -> None:
    sealed = open_seal(tmp_path).seal("one")
    (tmp_path / "shopweave.new").write_bytes(Fernet.generate_key()[:10])
    assert open_seal(tmp_path).open(sealed) == "one"
    assert add_key(tmp_path).open(sealed) == "one"
