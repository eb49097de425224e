"""Icecat's answer → typed values, leniently.

As recorded in public sheets: nearly all numbers are strings, and what is missing is `{}`, `[]` or `""`.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from shopweave.model.errors import BrokenData


class Feature(Struct, frozen=True, kw_only=True):
    """One technical value; `raw` is in the base `unit`, `shown` is ready to be read by people."""

    number: str
    name: str
    kind: str
    raw: str
    shown: str
    unit_id: str
    unit: str
    order: int


class FeatureGroup(Struct, frozen=True, kw_only=True):
    """Features under one heading."""

    name: str
    order: int
    features: tuple[Feature, ...]


class Shot(Struct, frozen=True, kw_only=True):
    """One picture of the gallery, by the address of its largest form."""

    url: str
    order: int
    is_main: bool
    is_private: bool


class Asset(Struct, frozen=True, kw_only=True):
    """A document or label; `link` is its page in the EU's register of labels, if it has one."""

    kind: str
    url: str
    link: str
    language: str
    is_private: bool


class Texts(Struct, frozen=True, kw_only=True):
    """What a sheet says in words, in one language."""

    language: str
    long_html: str
    summary: str
    short_summary: str
    bullets: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to show."""
        return not (self.long_html or self.summary or self.bullets)


class Product(Struct, frozen=True, kw_only=True):
    """A product sheet."""

    icecat_id: str
    title: str
    brand: str
    part_number: str
    gtins: tuple[str, ...]
    texts: Texts
    groups: tuple[FeatureGroup, ...]
    main_picture: str
    shots: tuple[Shot, ...]
    assets: tuple[Asset, ...]
    is_demo: bool


def read_product(data: Any) -> Product:
    """Read the `data` of an answer; raises `BrokenData` when it names no product."""
    general = _part(data, "GeneralInfo")
    icecat_id = text(general, "IcecatId")
    if not (icecat_id.isascii() and icecat_id.isdigit() and icecat_id.strip("0")):
        raise BrokenData(
            "Icecat sent a sheet without a product number.",
            code="ICECAT-60",
            remedy="Ask again later; tell Icecat if it stays.",
        )
    return Product(
        icecat_id=icecat_id,
        title=text(general, "Title") or text(general, "TitleInfo", "GeneratedIntTitle"),
        brand=text(general, "Brand") or text(general, "BrandInfo", "BrandName"),
        part_number=text(general, "BrandPartCode"),
        gtins=_gtins(general),
        texts=_texts(general),
        groups=_groups(data),
        main_picture=_first(_part(data, "Image"), "HighPic", "Pic500x500", "LowPic"),
        shots=tuple(_shot(row) for row in _rows(data, "Gallery")),
        assets=(*(_asset(row) for row in _rows(data, "Multimedia")), *_pdfs(general)),
        is_demo=_is_true(text(data, "DemoAccount")),
    )


def text(source: Any, *path: str) -> str:
    """Read a scalar of any type as text, `""` when it is not there."""
    value = _walk(source, path)
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _walk(source: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        source = source.get(name) if isinstance(source, Mapping) else None
    return source


def _part(source: Any, name: str) -> Mapping[str, Any]:
    value = _walk(source, (name,))
    return value if isinstance(value, Mapping) else {}


def _rows(source: Any, *path: str) -> tuple[Mapping[str, Any], ...]:
    value = _walk(source, path)
    return tuple(row for row in value if isinstance(row, Mapping)) if isinstance(value, list) else ()


def _texts_in(source: Any, *path: str) -> tuple[str, ...]:
    value = _walk(source, path)
    listed = value if isinstance(value, list) else [value]
    return tuple(line for line in (text({"": entry}, "") for entry in listed) if line)


def _number(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        return 0


def _is_true(value: str) -> bool:
    return value.casefold() in ("1", "true", "y", "yes")


def _first(source: Any, *names: str) -> str:
    return next((value for value in (text(source, name) for name in names) if value), "")


def _gtins(general: Any) -> tuple[str, ...]:
    rows = _rows(general, "GTINs")
    approved = tuple(text(row, "GTIN") for row in rows if _is_true(text(row, "IsApproved")))
    others = tuple(text(row, "GTIN") for row in rows)
    return tuple(dict.fromkeys(code for code in (*approved, *_texts_in(general, "GTIN"), *others) if code))


def _texts(general: Any) -> Texts:
    given = _texts_in(general, "BulletPoints", "Values")
    return Texts(
        language=text(general, "Description", "Language").upper(),
        long_html=text(general, "Description", "LongDesc"),
        summary=text(general, "SummaryDescription", "LongSummaryDescription"),
        short_summary=text(general, "SummaryDescription", "ShortSummaryDescription"),
        bullets=given or _texts_in(general, "GeneratedBulletPoints", "Values"),
    )


def _groups(data: Any) -> tuple[FeatureGroup, ...]:
    groups = [
        FeatureGroup(
            name=text(row, "FeatureGroup", "Name", "Value"),
            order=_number(text(row, "SortNo")),
            features=_features(row),
        )
        for row in _rows(data, "FeaturesGroups")
    ]
    return tuple(sorted(groups, key=lambda group: -group.order))


def _features(group: Any) -> tuple[Feature, ...]:
    features = [
        Feature(
            number=text(row, "Feature", "ID"),
            name=text(row, "Feature", "Name", "Value"),
            kind=text(row, "Type"),
            raw=text(row, "RawValue") or text(row, "Value"),
            shown=text(row, "PresentationValue"),
            unit_id=text(row, "Feature", "Measure", "ID"),
            unit=text(row, "Feature", "Measure", "Signs", "_"),
            order=_number(text(row, "SortNo")),
        )
        for row in _rows(group, "Features")
    ]
    return tuple(sorted(features, key=lambda feature: -feature.order))


def _shot(row: Any) -> Shot:
    return Shot(
        url=_first(row, "Pic", "Pic500x500", "LowPic"),
        order=_number(text(row, "No")),
        is_main=_is_true(text(row, "IsMain")),
        is_private=_is_true(text(row, "IsPrivate")),
    )


def _asset(row: Any) -> Asset:
    return Asset(
        kind=text(row, "Type").casefold(),
        url=text(row, "URL"),
        link=text(row, "EprelLink"),
        language=text(row, "Language").upper(),
        is_private=_is_true(text(row, "IsPrivate")),
    )


def _pdfs(general: Any) -> tuple[Asset, ...]:
    found = (("leaflet", "LeafletPDFURL"), ("manual pdf", "ManualPDFURL"))
    return tuple(
        Asset(kind=kind, url=url, link="", language="", is_private=False)
        for kind, url in ((kind, text(general, "Description", name)) for kind, name in found)
        if url
    )
