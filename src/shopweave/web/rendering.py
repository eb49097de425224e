"""Templates and what they need to show values to people."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from msgspec import json

from shopweave.runtime.secrets import mask
from shopweave.web import tongues
from shopweave.web.figures import DASH, Figures
from shopweave.web.sentences import as_said
from shopweave.web.words import (
    CARRIED,
    CAUSES,
    DETAILS,
    FIELDS,
    FITTING,
    HANDED,
    LEVELS,
    PEOPLE,
    REASONS,
    ROLES,
    SHELVES,
    SIGNS,
    STAGES,
    STATES,
    TIED,
    WAYS,
)

STATIC = resources.files("shopweave.web") / "static"
Say = Callable[[str], str]


class Renderer:
    """Render pages and parts of them, in one time zone; `fresh` gives each form its one-time key."""

    def __init__(self, zone: str, fresh: Callable[[], str]) -> None:
        self._zone, self._fresh = zone, fresh
        self._made: dict[str, Environment] = {}

    def render(self, template: str, language: str, **values: Any) -> str:
        """Render a template in a language; every secret the hub knows is masked in what comes out."""
        if language not in self._made:
            self._made[language] = self._make(language)
        return mask(self._made[language].get_template(template).render(**values))

    def _make(self, language: str) -> Environment:
        made = Environment(
            loader=PackageLoader("shopweave.web", "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        texts = tongues.catalog(language)
        made.policies["ext.i18n.trimmed"] = True
        made.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
        figures, say = Figures(language, self._zone, texts), texts.gettext
        made.globals |= {
            "fresh": self._fresh,
            "zone": self._zone,
            "language": language,
            "languages": list(tongues.NAMES.items()),
            "named_roles": lambda roles: [(one, say(ROLES[one])) for one in roles],
        }
        made.filters |= _figures(figures, say) | _words(language, say)
        return made


def _figures(figures: Figures, say: Say) -> dict[str, Callable[..., Any]]:
    return {
        "moment": figures.moment,
        "span": figures.span,
        "figure": figures.figure,
        "amount": figures.amount,
        "money": figures.money,
        "clock": figures.clock,
        "level": partial(_level, say, figures),
    }


def _words(language: str, say: Say) -> dict[str, Callable[..., Any]]:
    return {
        "value": as_value,
        "sign": lambda state: SIGNS.get(state, ("wait", "")),
        "atom": partial(_field, say),
        "word": partial(_word, say, STATES | ROLES),
        "carried": partial(_word, say, CARRIED),
        "reason": partial(_word, say, REASONS),
        "shelf": partial(_word, say, SHELVES),
        "stage": partial(_word, say, STAGES),
        "way": partial(_word, say, WAYS),
        "tied": partial(_word, say, TIED),
        "fitting": partial(_word, say, FITTING),
        "handed": partial(_word, say, HANDED),
        "cause": partial(_word, say, CAUSES),
        "detail": partial(_word, say, DETAILS),
        "who": partial(_word, say, PEOPLE),
        "plainly": lambda text: as_said(text, say) or text,
        "said": partial(_said, language, say),
    }


def _word(say: Say, words: dict[str, str], text: str) -> str:
    return say(words[text]) if text in words else text


def _level(say: Say, figures: Figures, text: str) -> str:
    """Write a level as the language does, or say why there is no number."""
    return figures.amount(Decimal(text)) if text not in LEVELS else say(LEVELS[text])


def _field(say: Say, key: str) -> str:
    """Name a field, what its key adds to the name in parentheses: `long_text/fi` → long text (fi)."""
    base, rest = next(((key[:at], key[at + 1 :]) for at, one in enumerate(key) if one in "/#"), (key, ""))
    name = _word(say, FIELDS, base).replace("_", " ")
    return f"{name} ({rest.replace('#', ', ')})" if rest else name


def _said(language: str, say: Say, text: str) -> Markup:
    """Say a sentence in the language of the page; one that only exists in English is marked as such."""
    found = text if language == tongues.FIRST else as_said(text, say)
    if found is not None or not text:
        return escape(found or text)
    return Markup('<span lang="en">{}</span>').format(text)


def as_value(value: Any) -> str:
    """Write the value of an atom in one line, a dash for none."""
    if value in (None, "", [], ()):
        return DASH
    if isinstance(value, dict):
        return _fields(value)
    if isinstance(value, list | tuple):
        return ", ".join(as_value(one) for one in value)
    return str(value)


def _fields(value: dict[str, Any]) -> str:
    if set(value) == {"amount"}:
        return str(value["amount"])
    if set(value) == {"name", "options"}:
        return f"{value['name']}: {as_value(value['options'])}"
    shown = [f"{name} {as_value(one)}" for name, one in value.items() if one not in (None, "", [], (), {})]
    return " · ".join(shown) or json.encode(value).decode()
