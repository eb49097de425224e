"""GTINs as GS1 defines them."""

_LENGTHS = (8, 12, 13, 14)


def gtin14(text: str | None) -> str | None:
    """Give the 14-digit form of a valid GTIN, None for anything else.

    Blanks and dashes are ignored; a check digit is never invented.
    """
    if not text:
        return None
    digits = text.strip().replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _LENGTHS or not int(digits):
        return None
    return digits.zfill(14) if check_digit(digits[:-1]) == int(digits[-1]) else None


def check_digit(body: str) -> int:
    """Compute the check digit that follows `body`."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -total % 10


def is_restricted(gtin: str) -> bool:
    """Say whether a 14-digit GTIN is of a range for in-store use, which no public catalogue knows."""
    if gtin.startswith("000000"):
        return gtin[6] in "02"
    return gtin[0] == "0" and (gtin[1:3] in ("02", "04") or gtin[1] == "2")


def shortest(gtin: str) -> str:
    """Give the form that is printed: 8, 13 or 14 digits."""
    if gtin.startswith("000000"):
        return gtin[6:]
    return gtin[1:] if gtin[0] == "0" else gtin
