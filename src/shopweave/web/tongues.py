"""The languages of the pages: which one somebody is shown, and its catalog."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shopweave.hub.people import LANGUAGES

NAMES = {"en": "English", "fi": "Suomi", "sv": "Svenska", "pl": "Polski", "pt-BR": "Português (Brasil)"}
CATALOGS = resources.files("shopweave.web") / "catalogs"
FIRST = LANGUAGES[0]


def marked(text: str) -> str:
    """Mark a text for the catalogs; it is translated where it is shown."""
    return text


@cache
def catalog(language: str) -> NullTranslations:
    """Give the texts of a language, read when somebody first needs them; the pages are written in English."""
    if language == FIRST:
        return NullTranslations()
    compiled = BytesIO()
    with (CATALOGS / f"{language}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
    compiled.seek(0)
    return GNUTranslations(compiled)


def chosen(preferred: str, accepted: str) -> str:
    """Choose a language: a person's own, else the one the browser likes best of ours, else English."""
    if preferred in LANGUAGES:
        return preferred
    ranked = sorted(_ranked(accepted), key=lambda one: -one[1])
    return next((ours for wish, weight in ranked if weight > 0 and (ours := _ours(wish))), FIRST)


def _ranked(accepted: str) -> list[tuple[str, float]]:
    found = []
    for part in accepted[:500].split(","):
        wish, _, rest = part.strip().partition(";")
        name, _, weight = rest.strip().partition("=")
        try:
            found.append((wish.strip().casefold(), float(weight) if name == "q" else 1.0))
        except ValueError:
            continue
    return found


def _ours(wish: str) -> str:
    exact = next((one for one in LANGUAGES if one.casefold() == wish), "")
    return exact or next(
        (one for one in LANGUAGES if one.split("-")[0] == wish.split("-", maxsplit=1)[0]), ""
    )
