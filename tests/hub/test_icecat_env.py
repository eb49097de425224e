"""The environment file: read as a shell would, complete or refused at once, its secrets never shown."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.hub.icecat.env import IcecatEnv, make_env, parse_env, read_env
from shopweave.model.errors import Configuration

FULL = """\
export ICECAT_USER=acme
export ICECAT_API_TOKEN=11111111-2222-3333-4444-555555555555
export MYSQL_HOST=127.0.0.1
export MYSQL_USER=till
export MYSQL_PASSWORD=till-secret
export MYSQL_DATABASE=phppos
export WP_URL=https://shop.example.org
export WP_API_USER=robot
export WP_API_PASS=abcd efgh ijkl
"""
SECRETS = ("11111111-2222", "till-secret", "abcd efgh")


def one(line: str) -> str:
    return parse_env(line, "x")["NAME"].value


def env(text: str) -> IcecatEnv:
    return make_env(parse_env(text, ".icecat_env"), ".icecat_env")


@pytest.mark.seed("ICE-34")
@pytest.mark.seed("ICE-35")
@pytest.mark.seed("ICE-36")
@pytest.mark.seed("ICE-37")
@pytest.mark.seed("ICE-38")
@pytest.mark.seed("ICE-39")
@pytest.mark.seed("ICE-40")
@pytest.mark.seed("ICE-41")
def test_every_variable_of_the_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / ".icecat_env"
    path.write_text(FULL, encoding="utf-8")
    path.chmod(0o600)
    assert read_env(path) == IcecatEnv(
        icecat_user="acme",
        icecat_api_token="11111111-2222-3333-4444-555555555555",
        mysql_host="127.0.0.1",
        mysql_user="till",
        mysql_password="till-secret",
        mysql_database="phppos",
        wp_url="https://shop.example.org",
        wp_user="robot",
        wp_password="abcd efgh ijkl",
    )


@pytest.mark.seed("ICE-41")
@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("export NAME=value", "value"),
        ("NAME=value", "value"),
        ("  export   NAME=value   ", "value"),
        ("export NAME=value\r", "value"),
        ("export NAME='va lue'", "va lue"),
        ('export NAME="va lue"', "va lue"),
        ("export NAME='a\"b'", 'a"b'),
        ('export NAME="a\'b"', "a'b"),
        (r'export NAME="a\"b\\c\$d\e"', r'a"b\c$d\e'),
        (r"export NAME='a\b'", r"a\b"),
        (r"export NAME=a\ \'b", "a 'b"),
        ("export NAME='a'\"b\"c", "abc"),
        ("export NAME=value # a comment", "value"),
        ("export NAME='value' # it's a comment", "value"),
        ("export NAME=va#lue", "va#lue"),
        ("export NAME=#value", "#value"),
        ("export NAME= # nothing", ""),
        ("export NAME='# value'", "# value"),
        ("export NAME=a=b", "a=b"),
        ("export NAME=$HOME/x", "$HOME/x"),
        ("export NAME=abcd efgh  ijkl ", "abcd efgh  ijkl"),
        ("export NAME=", ""),
        ("export NAME=''", ""),
        ("export NAME=äö", "äö"),
        ("export NAME=trailing\\", "trailing"),
    ],
)
def test_a_line_is_read_as_a_shell_would(line: str, value: str) -> None:
    assert one(line) == value


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="'\n")))
def test_any_value_in_single_quotes_comes_through(value: str) -> None:
    assert one(f"export NAME='{value}'") == value


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n"), max_size=20))
def test_any_value_comes_through_when_quoted_as_shells_do(value: str) -> None:
    quoted = "'" + value.replace("'", "'\"'\"'") + "'"
    assert one(f"NAME={quoted}") == value


def test_blank_lines_comments_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / ".icecat_env"
    path.write_bytes(b"\xef\xbb\xbf# secrets\r\n\r\n" + FULL.replace("\n", "\r\n").encode())
    assert read_env(path).icecat_user == "acme"


def test_the_last_line_of_a_name_counts() -> None:
    assert one("export NAME=a\nexport NAME=b") == "b"


def test_unknown_names_are_passed_over() -> None:
    assert env(FULL + "export PATH=/bin\n").icecat_user == "acme"


def test_other_names_for_shop_and_database_are_understood() -> None:
    text = FULL.replace("WP_URL", "SHOP_URL").replace("MYSQL_DATABASE", "MYSQL_DB")
    assert (env(text).wp_url, env(text).mysql_database) == ("https://shop.example.org", "phppos")


def test_language_and_log_directory_may_be_given() -> None:
    found = env(FULL + "export ICECAT_LANG=FI,EN\nexport LOG_DIR=/var/log/icecat\n")
    assert (found.icecat_languages, found.log_directory) == ("FI,EN", "/var/log/icecat")


def test_all_that_is_missing_is_named_at_once() -> None:
    text = FULL.replace("export ICECAT_USER=acme\n", "").replace("WP_URL", "X").replace("=till\n", "=\n")
    with pytest.raises(Configuration) as caught:
        env(text)
    assert caught.value.code == "ENV-003"
    assert caught.value.where == ".icecat_env"
    assert "ICECAT_USER, MYSQL_USER (empty in line 3), WP_URL (or SHOP_URL)" in caught.value.what


def test_a_database_may_have_no_password_but_must_say_so() -> None:
    assert env(FULL.replace("till-secret", "''")).mysql_password == ""
    with pytest.raises(Configuration):
        env(FULL.replace("export MYSQL_PASSWORD=till-secret\n", ""))


def test_lines_that_cannot_be_read_are_named_without_their_words() -> None:
    with pytest.raises(Configuration) as caught:
        parse_env("export A=b\nmy-secret\nexport B='my-secret\nexport C-D=my-secret\n", "the file")
    assert caught.value.code == "ENV-002"
    assert "line 2" in caught.value.what
    assert "line 3: a quote is not closed" in caught.value.what
    assert "line 4" in caught.value.what
    assert "my-secret" not in str(caught.value)


def test_a_file_that_is_not_there_is_a_setting_to_correct(tmp_path: Path) -> None:
    with pytest.raises(Configuration) as caught:
        read_env(tmp_path / "none")
    assert caught.value.code == "ENV-001"
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Configuration):
        read_env(tmp_path / "binary")


def test_no_secret_is_shown() -> None:
    found = env(FULL)
    entries = parse_env(FULL, "x")
    rich = [*found.__rich_repr__(), *entries["WP_API_PASS"].__rich_repr__()]
    shown = f"{found!r} {found} {entries!r} {rich}"
    assert "acme" in shown
    assert not any(secret in shown for secret in SECRETS)


@pytest.mark.skipif(os.name != "posix", reason="mode bits are of POSIX systems")
@pytest.mark.parametrize(("mode", "count"), [(0o600, 0), (0o400, 0), (0o640, 1), (0o644, 1)])
def test_a_file_others_can_read_is_warned_of(tmp_path: Path, mode: int, count: int) -> None:
    path = tmp_path / ".icecat_env"
    path.write_text(FULL, encoding="utf-8")
    path.chmod(mode)
    warnings = read_env(path).warnings
    assert len(warnings) == count
    assert all("chmod 600" in warning for warning in warnings)
