"""The marked block of a product's long text: the same sheet and settings always give the same HTML."""

import html
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from shopweave.connectors.icecat.payload import Asset, FeatureGroup, Product, Texts
from shopweave.connectors.icecat.pictures import without_query
from shopweave.connectors.icecat.settings import Features, IcecatSettings
from shopweave.core.html import canonical_text, escape_text, is_web_address, sanitise


class _Words(Struct, frozen=True, kw_only=True):
    leaflet: str
    manual: str
    fiche: str
    label: str
    disclaimer: str


_ENGLISH = _Words(
    leaflet="Product brochure",
    manual="User manual",
    fiche="Product information sheet",
    label="EU energy label",
    disclaimer="Product data is provided as is, without warranty.",
)
_PORTUGUESE = _Words(
    leaflet="Folheto do produto",
    manual="Manual do utilizador",
    fiche="Ficha de informação do produto",
    label="Etiqueta energética da UE",
    disclaimer="Os dados do produto são fornecidos tal como estão, sem garantia.",
)
_WORDS: Mapping[str, _Words] = {
    "FI": _Words(
        leaflet="Tuote-esite",
        manual="Käyttöohje",
        fiche="Tuoteseloste",
        label="EU-energiamerkki",
        disclaimer="Tuotetiedot annetaan sellaisinaan, ilman takuuta.",
    ),
    "SE": _Words(
        leaflet="Produktblad",
        manual="Bruksanvisning",
        fiche="Produktinformationsblad",
        label="EU-energimärkning",
        disclaimer="Produktdata lämnas i befintligt skick, utan garanti.",
    ),
    "PL": _Words(
        leaflet="Broszura produktu",
        manual="Instrukcja obsługi",
        fiche="Karta informacyjna produktu",
        label="Etykieta energetyczna UE",
        disclaimer="Dane produktu są podawane w stanie takim, jakie są, bez gwarancji.",
    ),
    "DE": _Words(
        leaflet="Produktbroschüre",
        manual="Bedienungsanleitung",
        fiche="Produktdatenblatt",
        label="EU-Energielabel",
        disclaimer="Produktdaten wie vorliegend, ohne Gewähr.",
    ),
    "PT": _PORTUGUESE,
    "BR": _PORTUGUESE,
}
_HAS_BLOCK = re.compile(r"<(?:p|ul|ol|h3|h4|table)>")


def block(product: Product, settings: IcecatSettings) -> str:
    """Render what stands between the markers; `""` when the sheet has nothing to show."""
    words = _WORDS.get(settings.languages[0].partition("-")[0], _ENGLISH)
    shows_table = settings.features in (Features.TABLE, Features.BOTH)
    parts = (
        *_text(product.texts, with_bullets=settings.bullet_points),
        *(_table(product.groups) if shows_table else ()),
        *_documents(product.assets, words, settings.languages),
    )
    return "".join((*parts, *_attribution(words))) if parts and settings.attribution else "".join(parts)


def _text(texts: Texts, *, with_bullets: bool) -> Iterator[str]:
    long_text = sanitise(_with_breaks(texts.long_html))
    summary = escape_text(canonical_text(texts.summary))
    bullets = [line for line in (sanitise(bullet) for bullet in texts.bullets) if line]
    if long_text:
        yield long_text if _HAS_BLOCK.search(long_text) else f"<p>{long_text}</p>"
    elif summary:
        yield f"<p>{summary}</p>"
    if bullets and (with_bullets or not (long_text or summary)):
        yield f"<ul>{''.join(f'<li>{bullet}</li>' for bullet in bullets)}</ul>"


def _with_breaks(text: str) -> str:
    """Keep the lines of a text that is not HTML."""
    return text if "<" in text else "<br>".join(text.splitlines())


def _table(groups: tuple[FeatureGroup, ...]) -> Iterator[str]:
    for group in groups:
        rows = [(_cell(feature.name), _cell(feature.shown)) for feature in group.features]
        shown = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows if name and value)
        if shown:
            name = _cell(group.name)
            yield (f"<h3>{name}</h3>" if name else "") + f"<table>{shown}</table>"


def _cell(text: str) -> str:
    return escape_text(canonical_text(text))


def _documents(assets: tuple[Asset, ...], words: _Words, languages: tuple[str, ...]) -> Iterator[str]:
    kinds = (
        ("eu energy label", words.label),
        ("eu product fiche", words.fiche),
        ("leaflet", words.leaflet),
        ("manual pdf", words.manual),
    )
    found = [(_best(assets, kind, languages), title) for kind, title in kinds]
    links = [f'<li><a href="{html.escape(url)}">{title}</a></li>' for url, title in found if url]
    if links:
        yield f"<ul>{''.join(links)}</ul>"


def _best(assets: tuple[Asset, ...], kind: str, languages: tuple[str, ...]) -> str:
    ranks = {language: place for place, language in enumerate((*languages, "INT", ""))}
    fitting = [
        (ranks.get(asset.language, len(ranks)), _address(asset))
        for asset in assets
        if asset.kind == kind and not asset.is_private and _address(asset)
    ]
    return min(fitting)[1] if fitting else ""


def _address(asset: Asset) -> str:
    if is_web_address(asset.link):
        return asset.link
    return without_query(asset.url) if is_web_address(asset.url) else ""


def _attribution(words: _Words) -> tuple[str, ...]:
    return (f'<p><a href="https://icecat.biz">Specs Icecat</a>. {words.disclaimer}</p>',)
