"""The languages of the pages: nothing is left unsaid, and each is shown to whom it is for."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages import Catalog
from tools import catalogs

from shopweave.hub.context import unknown
from shopweave.hub.explain import explain
from shopweave.hub.people import LANGUAGES
from shopweave.web import sentences, tongues, words
from shopweave.web.figures import Figures
from shopweave.web.sentences import as_said
from tests.web.site import PAGES, PASSWORD, PEOPLE, Site

TEMPLATES = Path("src/shopweave/web/templates")
OTHERS = LANGUAGES[1:]
NOT_TO_SAY = {"SKU", "Shopweave"}
NOW = datetime(2026, 11, 16, 12, 32, 5, tzinfo=UTC)


@pytest.mark.parametrize("path", list(catalogs.files()), ids=lambda path: path.stem)
def test_a_catalog_says_every_text_and_fills_in_the_same(path: Path) -> None:
    assert list(catalogs.faults(catalogs.catalog(path), catalogs.texts())) == []
    assert path.read_bytes() == catalogs.written(catalogs.catalog(path), path.stem), (
        "run: python -m tools.catalogs"
    )


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        ({}, "lacks: Hello %(name)s"),
        ({"Hello %(name)s": ""}, "is not said: Hello %(name)s"),
        ({"Hello %(name)s": "Moi"}, "fills in otherwise: Hello %(name)s: Moi"),
        ({"Hello %(name)s": "Moi %(name)s", "Old": "Vanha"}, "is gone: Old"),
    ],
)
def test_a_fault_of_a_catalog_is_found(found: dict[str, str], fault: str) -> None:
    wanted, told = Catalog(locale="fi"), Catalog(locale="fi")
    wanted.add("Hello %(name)s")
    for text, said in found.items():
        told.add(text, said)
    assert list(catalogs.faults(told, wanted)) == [fault]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.stem)
def test_no_template_says_what_no_catalog_knows(path: Path) -> None:
    assert list(unsaid(path.read_text("utf-8"))) == []


def test_what_a_template_says_by_itself_is_found() -> None:
    assert list(unsaid('<p>Hello</p><a title="There">{{ _("x") }}</a>{% trans %}y{% endtrans %}')) == [
        "Hello",
        "There",
    ]


def unsaid(text: str) -> list[str]:
    """Give the words of a template that are not marked for the catalogs."""
    text = re.sub(r"{%-? *trans.*?endtrans *-?%}", "", text, flags=re.DOTALL)
    text = re.sub(r"{{.*?}}|{%.*?%}|{#.*?#}", "", text, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|placeholder|title|alt|data-busy|data-l)="([^"]*)"', text)
    shown = re.sub(r"<(script|style|code)\b.*?</\1>|<[^>]*>", "\n", text, flags=re.DOTALL)
    found = [one.strip() for one in (*shown.splitlines(), *spoken)]
    found = [one for one in found if '="' not in one]
    return [one for one in found if re.search(r"[A-Za-z]{2}", one) and not NOT_TO_SAY & {*one.split()}]


def test_every_word_of_a_value_is_said() -> None:
    from shopweave.hub.access import Role
    from shopweave.hub.order_list import ORDER_STATES
    from shopweave.hub.stock import WHY
    from shopweave.hub.stock_list import STOCK_SHOWS
    from shopweave.model.atoms import BASES
    from shopweave.model.change import ChangeState
    from shopweave.model.handover import HandOverKind, HandOverState
    from shopweave.model.movement import Stage
    from shopweave.store.levels import RAISE, ZEROS

    assert set(words.FIELDS) == set(BASES)
    assert set(words.ROLES) == {role.name.lower() for role in Role}
    assert {state.value for state in ChangeState} <= set(words.STATES)
    assert set(words.SIGNS) - {"waits"} <= set(words.STATES)
    assert {state.value for state in HandOverState} | set(ORDER_STATES) <= set(words.STATES)
    assert {stage.value for stage in Stage} == set(words.STAGES)
    assert {kind.value for kind in HandOverKind} == set(words.HANDED)
    assert set(STOCK_SHOWS) == set(words.SHELVES)
    assert {*(why for why in WHY if why), ZEROS, RAISE} == set(words.REASONS)


COMPOSED = (
    "There is no flow '{name}'.",
    "approved plan {number}",
    "rejected plan {number}",
    *(one for one in sentences.SENTENCES if one.startswith("{flow} ")),
)


@pytest.mark.parametrize("pattern", [one for one in sentences.SENTENCES if one not in COMPOSED])
def test_every_sentence_is_really_said_somewhere(pattern: str, sources: str) -> None:
    pieces = [piece for piece in re.split(r"{\w+}", pattern) if len(piece.strip()) > 2]
    assert pieces
    assert all(piece.strip(" '") in sources for piece in pieces), pattern


@pytest.fixture(scope="module")
def sources() -> str:
    here = Path("src/shopweave")
    skipped = here / "web" / "sentences.py"
    return "\n".join(path.read_text("utf-8") for path in sorted(here.rglob("*.py")) if path != skipped)


def test_sentences_that_are_put_together_are_said_too(site: Site) -> None:
    assert as_said(unknown("flow", "x", ["a", "b"]).what, spoken("fi")) == "Virtaa 'x' ei ole."
    site.do(lambda hub: site.world.run(hub, "till-to-shop", approve=False))
    rules = {rule for one in site.do(lambda hub: explain(hub, "1")).stories for rule in one.rules}
    assert rules
    assert all(as_said(rule, spoken("fi")) for rule in rules)
    assert any(as_said(rule, spoken("fi")) == "till-to-shop omistaa sen" for rule in rules)


def spoken(language: str) -> Callable[[str], str]:
    return tongues.catalog(language).gettext


def test_sentences_of_other_rooms_are_said_with_what_stands_in_them() -> None:
    assert as_said("There is no plan 12.", spoken("fi")) == "Suunnitelmaa 12 ei ole."
    assert as_said("13 prices move by more than 30%", spoken("sv")) == "13 priser ändras mer än 30%"
    assert as_said("3 stay: changed there since", spoken("pl")) == (
        "bez zmian zostaje 3: zmieniono tam od tego czasu"
    )
    held = "13 changes of till-to-shop wait for you: 13 prices move by more than 30%; 5 new records."
    assert as_said(held, spoken("pt-BR")) == (
        "13 alterações de till-to-shop esperam por você: 13 preços mudam mais de 30%; 5 registros novos."
    )
    sheet = "icecat: 2 products: Icecat does not know this GTIN."
    assert as_said(sheet, spoken("sv")) == "icecat: 2 produkter: Icecat känner inte till denna GTIN."
    assert as_said(sheet, spoken("pl")) == "icecat: produkty (2): Icecat nie zna tego GTIN."
    assert as_said("12 writes wait in order; none is lost.", spoken("fi")) == (
        "12 kirjoitusta odottaa järjestyksessä; mitään ei katoa."
    )
    assert as_said("gave a@b.example the role admin", spoken("sv")) == "gav a@b.example rollen administratör"
    assert as_said("Nobody knows this.", spoken("fi")) is None
    assert as_said("a: Nobody knows this.", spoken("fi")) is None
    assert as_said("There is no plan 12.", spoken("en")) is None


@pytest.mark.parametrize(
    ("preferred", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "de-DE,de;q=0.9", "en"),
        ("", "fi-FI,fi;q=0.9,en;q=0.8", "fi"),
        ("", "de, pt;q=0.8, en;q=0.5", "pt-BR"),
        ("", "en;q=0.3, sv;q=0.7", "sv"),
        ("", "pl;q=0, sv;q=0.1", "sv"),
        ("", "fi;q=x, pl", "pl"),
        ("", "*", "en"),
        ("pl", "fi", "pl"),
        ("xx", "fi", "fi"),
    ],
)
def test_a_persons_language_goes_before_the_browsers(preferred: str, accepted: str, language: str) -> None:
    assert tongues.chosen(preferred, accepted) == language


@pytest.mark.parametrize(
    ("language", "number", "at"),
    [
        ("en", "12,480", "16 Nov 2026, 14:32"),
        ("fi", "12\N{NO-BREAK SPACE}480", "16.11.2026 14.32"),
        ("sv", "12\N{NO-BREAK SPACE}480", "16 nov. 2026 14:32"),
        ("pl", "12\N{NO-BREAK SPACE}480", "16 lis 2026, 14:32"),
        ("pt-BR", "12.480", "16 de nov. de 2026 14:32"),
    ],
)
def test_figures_are_written_as_the_language_does(language: str, number: str, at: str) -> None:
    figures = Figures(language, "Europe/Helsinki", tongues.catalog(language))
    assert figures.figure(12_480) == number
    assert f">{at}<" in figures.moment(NOW, NOW.replace(month=12))
    assert figures.figure(-3) == "−3"


@pytest.mark.parametrize("language", OTHERS)
def test_every_page_speaks_the_language_of_the_browser(site: Site, language: str) -> None:
    with site.client() as client:
        client.headers["accept-language"] = language
        door = client.get("/sign-in").text
        assert f'<html lang="{language}"' in door
        assert tongues.catalog(language).gettext("Sign in") in door
        client.post("/sign-in", data={"email": PEOPLE["admin"], "password": PASSWORD})
        for path in (*PAGES, "/plans/999"):
            text = client.get(path.replace("PLAN", str(site.plan))).text
            assert f'<html lang="{language}"' in text, path
            assert tongues.catalog(language).gettext("Stop all writing…") in text, path
            assert not re.search(r">(Plans|Runs|Findings|State|Waiting|Held|Sign out)<", text), path
            assert "%(" not in text, path
        assert (
            tongues.catalog(language).gettext("The list of plans has all.") in client.get("/plans/999").text
        )


def test_a_person_chooses_a_language(site: Site) -> None:
    with site.client("viewer") as client:
        fields = {"csrf": site.field(client.get("/me").text, "csrf"), "keys": "on"}
        assert client.post("/me/preferences", data={**fields, "language": "fi"}).status_code == 303
        assert "Omat asetukset" in client.get("/me").text
        assert "Mikään ei odota kirjoittamista" in client.get("/queue").text
        refused = client.post("/me/preferences", data={**fields, "language": "tlh"})
        assert refused.status_code == 422
        assert client.post("/me/preferences", data={**fields, "language": ""}).status_code == 303
        assert "Your settings" in client.get("/me").text
