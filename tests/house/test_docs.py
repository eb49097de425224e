"""The documentation says what its readers need, and its samples are real."""

import re
from pathlib import Path

import pytest
from tools.reference import PAGES, codes

from shopweave.connectors.woocommerce import CONNECTOR as WOOCOMMERCE
from shopweave.hub.icecat.env import parse_env
from shopweave.store.migrating import STEPS
from shopweave.store.sqlite import make_engine
from tests.store.schema import differences

DOCS = Path("docs")


def text(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


@pytest.mark.seed("ICE-31", by="docs")
def test_the_daily_wrapper_script_is_described() -> None:
    found = text("how-to/icecat.md")
    assert "0 5 * * * " in found
    assert "#!/bin/sh" in found
    assert "shopweave icecat bulk" in found


def test_every_variable_that_is_needed_is_named() -> None:
    names = (
        "ICECAT_USER",
        "ICECAT_API_TOKEN",
        "MYSQL_HOST",
        "MYSQL_PASSWORD",
        "WP_API_PASS",
        "WP_URL",
        "MYSQL_DATABASE",
    )
    assert all(f"`{name}`" in text("how-to/icecat.md") for name in names)
    assert parse_env("export ICECAT_USER=x\n", "env")["ICECAT_USER"].value == "x"


@pytest.mark.parametrize(
    "page",
    ["README.md", "docs/start.md", "docs/how-to/icecat.md", "docs/how-to/order-fetch.md", "CONTRIBUTING.md"],
)
def test_links_lead_somewhere(page: str) -> None:
    here = Path(page)
    for target in re.findall(r"\]\(([^)#]+)\)", here.read_text("utf-8")):
        assert target.startswith("http") or (here.parent / target).exists(), target


def test_a_table_is_changed_by_a_step_as_contributing_says(tmp_path: Path) -> None:
    files = sorted(STEPS.glob("step_*.py"))
    assert [path.name[5:9] for path in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    stepped, direct = (make_engine(tmp_path / name) for name in ("stepped", "direct"))
    try:
        assert differences(stepped, direct) == []
    finally:
        stepped.dispose()
        direct.dispose()


def test_every_command_in_the_readme_exists() -> None:
    from shopweave.cli import app as frame

    known = set(re.findall(r"^shopweave (\w+)", Path("README.md").read_text("utf-8"), re.MULTILINE))
    source = Path(frame.__file__).parent.rglob("*.py")
    everything = "\n".join(path.read_text("utf-8") for path in source)
    assert known
    assert all(f"def {name}" in everything or f'"{name}"' in everything for name in known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_reference_is_up_to_date(page: Path) -> None:
    assert page.read_text("utf-8") == PAGES[page]()


def test_the_references_name_every_section_command_and_code() -> None:
    told = {page.name: page.read_text("utf-8") for page in PAGES}
    for section in ("[hub]", "[notify.email]", "[flows.NAME.guard]", "[web]"):
        assert f"## `{section}`" in told["settings.md"]
    for command in ("shopweave check", "shopweave icecat bulk", "shopweave notify test"):
        assert f"## `{command}`" in told["cli.md"]
    assert "`--approve`" in told["cli.md"]
    for code in ("NET-114", "WOO-106", "MAIL-002", "CFG-101", "STORE-012", "STORE-004"):
        assert f"| `{code}` |" in told["findings.md"]


def test_every_code_has_a_sentence() -> None:
    assert all(what for _, what, _ in codes())


FETCH = "how-to/order-fetch.md"


@pytest.mark.seed("FLN-08", by="docs")
@pytest.mark.seed("FLN-21", by="docs")
def test_who_gets_address_and_keys_and_on_what_way_is_described() -> None:
    found = text(FETCH)
    assert "Address, consumer key and consumer secret go to whoever runs the hub" in found
    assert "by e-mail" in found


@pytest.mark.seed("FLN-17", by="docs")
@pytest.mark.seed("FLN-18", by="docs")
@pytest.mark.seed("FLN-19", by="docs")
@pytest.mark.seed("FLN-20", by="docs")
def test_how_the_key_of_a_shop_is_made_is_described_in_the_page_and_the_settings() -> None:
    found = text(FETCH)
    for words in (
        "WooCommerce → Settings → Advanced → REST API → *Add key*",
        "description: `Flashnode`",
        "role of administrator",
        "permissions: **Read/Write**",
    ):
        assert words in found
    option = next(one for one in WOOCOMMERCE.options if one.name == "consumer_key")
    told = f"{option.description} {option.recommendation}"
    assert all(
        words in told
        for words in ("Settings → Advanced → REST API", "Read/Write", "administrator", "Flashnode")
    )


@pytest.mark.parametrize(
    "page", [Path("README.md"), Path("CHANGELOG.md"), *sorted(DOCS.rglob("*.md"))], ids=str
)
def test_no_page_bears_the_marks_of_a_merge(page: Path) -> None:
    marks = ("<<<<<<< ", "=======", ">>>>>>> ")
    assert not [one for one in page.read_text("utf-8").splitlines() if one.startswith(marks)]
