"""An invented catalogue, the same for the same seed: what the till sells and what Icecat knows of it."""

import struct
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from shopweave.model.gtin import check_digit
from shopweave.model.seams import Random

BRANDS = ("Nordix", "Kallio", "Aurora", "Vesa & Sons", "Tuuli", "Järvi Audio", "Polaris", "Lumo")
NOUNS = (
    "Air purifier",
    "Desk lamp",
    "Kettle",
    "Headphones",
    "Blender",
    "Monitor",
    "Vacuum cleaner",
    "Router",
    "Grill",
)
TREE = {
    "Home": ("Kitchen", "Lighting", "Cleaning"),
    "Electronics": ("Audio", "Screens & TV", "Network"),
    "Garden": ("Grills", "Tools"),
}
LEAVES = ("New", "Classic")
COLOURS = ("Black", "White", "Red", "Blue")
SIZES = ("S", "M", "L")


class Known(StrEnum):
    """What Icecat says of a code."""

    OK = "ok"
    NOT_PRESENT = "not_present"
    BRAND_RESTRICTED = "brand_restricted"
    FULL_ONLY = "full_only"
    NOT_YET_RELEASED = "not_yet_released"
    UNKNOWN_GTIN = "unknown_gtin"
    VERTICAL_LIMITED = "vertical_limited"


class Sheet(Struct, frozen=True, kw_only=True):
    """What Icecat has for a code; grams by feature id."""

    gtin: str
    known: Known
    icecat_id: int
    brand: str
    part_number: str
    title: str
    weight: Decimal | None = None
    weight_feature: str = "94"
    pictures: int = 0
    thin: bool = False
    english_only: bool = False
    label: bool = False


class Choice(Struct, frozen=True, kw_only=True):
    """A variation of a family."""

    number: int
    options: tuple[tuple[str, str], ...]
    code: str | None
    price: Decimal | None
    quantity: Decimal


class Product(Struct, frozen=True, kw_only=True):
    """An item of the till."""

    number: int
    name: str
    code: str | None
    part_number: str | None
    brand: str
    category: int
    text: str
    price: Decimal
    promo: tuple[Decimal, date, date] | None
    weight: tuple[Decimal, str] | None
    quantity: Decimal | None
    picture: bytes | None
    web: bool = True
    inactive: bool = False
    deleted: bool = False
    service: bool = False
    choices: tuple[Choice, ...] = ()


class Branch(Struct, frozen=True, kw_only=True):
    """A category."""

    number: int
    name: str
    parent: int | None


class Catalogue(Struct, frozen=True, kw_only=True):
    """Everything that was invented."""

    categories: tuple[Branch, ...]
    products: tuple[Product, ...]
    sheets: tuple[Sheet, ...]


def gtin_of(number: int) -> str:
    """Make a valid GTIN-13 from a number."""
    body = f"640{number:09d}"
    return body + str(check_digit(body))


def png(number: int) -> bytes:
    """Make a small picture of its own for each number."""
    colour = bytes((number * 37 % 256, number * 91 % 256, number * 53 % 256))
    rows = b"".join(b"\0" + colour * 8 for _ in range(8))
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    text = b"number\0" + str(number).encode()
    chunks = (b"IHDR" + head, b"tEXt" + text, b"IDAT" + zlib.compress(rows), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def catalogue(random: Random, items: int, today: date, *, simple: bool = False) -> Catalogue:
    """Invent `items` items with what belongs to them; one in six has variations unless `simple`."""
    categories = tuple(_categories())
    leaves = [branch.number for branch in categories if branch.name in LEAVES]
    products: list[Product] = []
    sheets: list[Sheet] = []
    for number in range(1, items + 1):
        product = _product(random, number, leaves, today, simple=simple)
        products.append(product)
        sheets += _sheets(random, product)
    return Catalogue(categories=categories, products=tuple(products), sheets=tuple(sheets))


def _categories() -> Iterator[Branch]:
    number = 0
    for top, subs in TREE.items():
        number += 1
        upper = number
        yield Branch(number=number, name=top, parent=None)
        for sub in subs:
            number += 1
            middle = number
            yield Branch(number=number, name=sub, parent=upper)
            for leaf in LEAVES:
                number += 1
                yield Branch(number=number, name=leaf, parent=middle)


def _product(random: Random, number: int, leaves: list[int], today: date, *, simple: bool) -> Product:
    brand, noun = random.choice(BRANDS), random.choice(NOUNS)
    price = Decimal(random.randint(499, 99_900)) / 100
    family = not simple and number % 6 == 0
    oddity = number % 50
    code = None if family or oddity == 7 else "LOOSE-" + str(number) if oddity == 9 else gtin_of(number)
    return Product(
        number=number,
        name=f"{brand} {noun} {number}",
        code=code,
        part_number=f"{brand[:2].upper().replace('Ä', 'A')}-{number:05d}" if number % 3 else None,
        brand=brand,
        category=random.choice(leaves),
        text=_text(random, number, noun),
        price=price,
        promo=_promo(random, number, price, today),
        weight=_weight(random, number),
        quantity=None if oddity == 11 else Decimal(random.randint(-2, 60)),
        picture=png(number) if number % 4 == 0 else None,
        web=oddity != 13,
        inactive=oddity == 17,
        deleted=oddity == 19,
        service=oddity == 23,
        choices=tuple(_choices(random, number, price)) if family else (),
    )


def _text(random: Random, number: int, noun: str) -> str:
    if number % 10 == 3:
        return ""
    lines = ("Quiet & strong.", "Kaunis ja kestävä.", "Made for every day.", "Two years' warranty.")
    return f"<p>{noun} no. {number}. {random.choice(lines)}</p>\n<ul><li>{random.choice(lines)}</li></ul>"


def _promo(random: Random, number: int, price: Decimal, today: date) -> tuple[Decimal, date, date] | None:
    if number % 12:
        return None
    start = today + timedelta(days=random.choice((-40, -3, 5)))
    return (price * Decimal("0.8")).quantize(Decimal("0.01")), start, start + timedelta(days=20)


def _weight(random: Random, number: int) -> tuple[Decimal, str] | None:
    if number % 5 == 0:
        return None
    grams = Decimal(random.randint(20, 20_000))
    return (grams, "g") if number % 2 else (grams / 1000, "kg")


def _choices(random: Random, number: int, price: Decimal) -> Iterator[Choice]:
    two_axes = number % 12 == 0
    for place in range(random.randint(2, 4)):
        options = [("Colour", COLOURS[place])]
        if two_axes:
            options.append(("Size", SIZES[place % 3]))
        key = number * 10 + place
        own = price + place if place % 2 else None
        code = gtin_of(500_000_000 + key)
        quantity = Decimal(random.randint(0, 30))
        yield Choice(number=key, options=tuple(options), code=code, price=own, quantity=quantity)


def _sheets(random: Random, product: Product) -> Iterator[Sheet]:
    for code in (product.code, *(choice.code for choice in product.choices)):
        if code is None or not code.isdigit():
            continue
        yield _sheet(random, product, code)


def _sheet(random: Random, product: Product, code: str) -> Sheet:
    draw = random.random()
    known = next(one for limit, one in _SHARES if draw < limit)
    number = int(code[3:12])
    rich = known is Known.OK
    kind = number % 8
    return Sheet(
        gtin=code,
        known=known,
        icecat_id=900_000 + number,
        brand=product.brand,
        part_number=product.part_number or f"X-{number}",
        title=product.name,
        weight=Decimal(random.randint(50, 30_000)) if rich and kind != 3 else None,
        weight_feature="19017" if kind == 5 else "762" if kind == 6 else "94",
        pictures=random.randint(1, 3) if rich and kind != 4 else 0,
        thin=kind == 7,
        english_only=kind == 2,
        label=kind == 1,
    )


_SHARES = (
    (0.55, Known.OK),
    (0.70, Known.NOT_PRESENT),
    (0.80, Known.BRAND_RESTRICTED),
    (0.90, Known.FULL_ONLY),
    (0.93, Known.NOT_YET_RELEASED),
    (1.01, Known.UNKNOWN_GTIN),
)
