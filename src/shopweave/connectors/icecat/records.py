"""Sheet → record. What a sheet lacks is left out: that Icecat has no weight does not mean there is none."""

from collections.abc import Iterable

from shopweave.connectors.icecat.measures import measures
from shopweave.connectors.icecat.payload import Feature, Product
from shopweave.connectors.icecat.pictures import pictures
from shopweave.connectors.icecat.render import block
from shopweave.connectors.icecat.settings import Features, IcecatSettings
from shopweave.core.html import canonical_text, escape_text
from shopweave.model.atoms import Atoms, AtomValue
from shopweave.model.gtin import gtin14
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import Attribute, Identity

ATOMS = (
    "identity",
    "name",
    "brand",
    "short_text",
    "long_text#icecat",
    "measures",
    "attributes",
    "main_image",
    "gallery",
)


def record(product: Product, settings: IcecatSettings) -> RemoteRecord:
    """Turn a sheet into a record whose id is Icecat's product number."""
    shots = pictures(product)
    values: dict[str, AtomValue] = {
        "identity": _identity(product),
        "name": canonical_text(product.title),
        "brand": canonical_text(product.brand),
        "short_text": escape_text(canonical_text(product.texts.short_summary)),
        "long_text#icecat": block(product, settings),
        "measures": measures(product, settings.weight_features, settings.weight_names),
        "attributes": _attributes(product, settings.features),
        "main_image": shots[0] if shots else None,
        "gallery": shots[1 : 1 + settings.gallery_max],
    }
    return RemoteRecord(
        kind=Kind.SHEET,
        form=Form.SHEET,
        remote_id=product.icecat_id,
        atoms=Atoms({key: value for key, value in values.items() if value}),
        raw_gtin=product.gtins[0] if product.gtins else "",
    )


def _identity(product: Product) -> Identity:
    codes = (gtin14(code) for code in product.gtins)
    return Identity(
        gtin=next((code for code in codes if code), None),
        part_number=product.part_number or None,
    )


def _attributes(product: Product, features: Features) -> tuple[Attribute, ...]:
    if features not in (Features.ATTRIBUTES, Features.BOTH):
        return ()
    named = (
        (canonical_text(feature.name), canonical_text(group.name), _options(feature))
        for group in product.groups
        for feature in group.features
    )
    return tuple(_told_apart((name, group, options) for name, group, options in named if name and options))


def _told_apart(named: Iterable[tuple[str, str, tuple[str, ...]]]) -> Iterable[Attribute]:
    """Name the group too where a name comes again; a third time it is left out."""
    taken: set[str] = set()
    for name, group, options in named:
        free = next((form for form in (name, f"{name} ({group})") if form.casefold() not in taken), "")
        if free:
            taken.add(free.casefold())
            yield Attribute(name=free, options=options)


def _options(feature: Feature) -> tuple[str, ...]:
    shown = canonical_text(feature.shown)
    parts = tuple(part.strip() for part in shown.split(", "))
    is_list = feature.kind == "multi_dropdown" and len(parts) == len(feature.raw.split(","))
    options = parts if is_list else (shown,)
    return tuple(dict.fromkeys(option for option in options if option))
