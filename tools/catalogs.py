"""The catalogs of the pages: `python -m tools.catalogs` adds new texts to them and drops what is gone."""

import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from shopweave.web.tongues import FIRST, NAMES

ROOM = Path("src/shopweave/web")
FOLDER = ROOM / "catalogs"
METHODS = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}


def texts() -> Catalog:
    """Collect all texts of the pages."""
    found = Catalog(project="Shopweave", charset="utf-8")
    for _, _, message, _, _ in extract_from_dir(ROOM, METHODS, OPTIONS, KEYWORDS):
        found.add(message)
    return found


def files() -> Iterator[Path]:
    """Give the file of each catalog; the pages themselves are written in the first language."""
    return (FOLDER / f"{language}.po" for language in NAMES if language != FIRST)


def catalog(path: Path) -> Catalog:
    """Read a catalog; one that is not there yet is empty."""
    locale = path.stem.replace("-", "_")
    if not path.exists():
        return Catalog(locale=locale, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def faults(found: Catalog, wanted: Catalog) -> Iterator[str]:
    """Name what a catalog lacks, has too much, leaves open, or fills in otherwise."""
    ids = {_key(one.id) for one in wanted if one.id}
    known = {_key(one.id): one for one in found if one.id}
    yield from (f"lacks: {one}" for one in sorted(ids - known.keys()))
    yield from (f"is gone: {one}" for one in sorted(known.keys() - ids))
    for key, one in known.items():
        said = [text or "" for text in _forms(one)]
        if one.fuzzy or not all(said) or (one.pluralizable and len(said) != found.num_plurals):
            yield f"is not said: {key}"
        else:
            yield from (f"fills in otherwise: {key}: {text}" for text in said if _holes(text) != _holes(key))


def _forms(one: Message) -> Sequence[str | None]:
    return one.string if isinstance(one.string, tuple | list) else (one.string,)


def _key(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[-1]


def _holes(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)s|{\w+}|</?\w+|%s", text))


def written(found: Catalog, language: str) -> bytes:
    """Write a catalog with a short head that only changes with it."""
    body = BytesIO()
    write_po(body, found, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    head = ["# The texts of the pages.", 'msgid ""', 'msgstr ""', f'"Language: {language}\\n"']
    head += [
        f'"Plural-Forms: {found.plural_forms}\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        "",
        "",
    ]
    return "\n".join(head).encode() + body.getvalue()


def main() -> None:
    """Bring every catalog up to date, and say what is left to say."""
    wanted = texts()
    for path in files():
        found = catalog(path)
        found.update(wanted, no_fuzzy_matching=True)
        path.write_bytes(written(found, path.stem))
        for fault in faults(catalog(path), wanted):
            sys.stdout.write(f"{path}: {fault}\n")


if __name__ == "__main__":
    main()
