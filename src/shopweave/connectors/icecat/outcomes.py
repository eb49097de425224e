"""What Icecat's error numbers mean: a product it has nothing to give for, or a setting a person must fix."""

from datetime import timedelta

from msgspec import Struct

from shopweave.connector.roles import NoSheet
from shopweave.connectors.icecat.settings import IcecatSettings
from shopweave.model.errors import Configuration


class Miss(Struct, frozen=True, kw_only=True):
    """Icecat has nothing to give for this product; `days` overrides the setting for its outcome."""

    outcome: str
    what: str
    remedy: str
    number: int | None = None
    days: int | None = None


class Fault(Struct, frozen=True, kw_only=True):
    """Nothing works until a person changes a setting."""

    number: int
    what: str
    remedy: str


_MISSES = (
    Miss(
        number=8,
        outcome="NOT_PRESENT",
        what="Icecat does not know this product.",
        remedy="It is asked again by itself; check GTIN, brand and part number if you expect it there.",
    ),
    Miss(
        number=404,
        outcome="NOT_PRESENT",
        what="Icecat does not show this product, or its release date is still to come.",
        remedy="Nothing to do: it is asked again tomorrow.",
        days=1,
    ),
    Miss(
        number=14,
        outcome="BRAND_RESTRICTED",
        what="The brand is not included in your Icecat subscription, or its sheets are limited.",
        remedy="Ask Icecat or the brand for access, or write the text yourself.",
    ),
    Miss(
        number=9,
        outcome="FULL_ONLY",
        what="This sheet belongs to Full Icecat.",
        remedy="With a Full Icecat subscription, set the API access token or the app key.",
    ),
    Miss(
        number=12,
        outcome="FULL_ONLY",
        what="This product lies outside the categories of your Icecat subscription.",
        remedy="Ask your contact at Icecat to add the category.",
    ),
    Miss(
        number=15,
        outcome="NOT_YET_RELEASED",
        what="Icecat has the sheet, but it is not yet released.",
        remedy="Nothing to do: it is asked again tomorrow.",
    ),
    Miss(
        number=16,
        outcome="GTIN_UNKNOWN",
        what="Icecat does not know this GTIN.",
        remedy="Add brand and part number to the product: Icecat can be asked by them too.",
    ),
    Miss(
        number=4,
        outcome="BAD_IDENTIFIER",
        what="Icecat says that the GTIN, or brand and part number, cannot be right.",
        remedy="Correct them at the source; the product is asked again when they change.",
    ),
)
_FAULTS = (
    Fault(
        number=1, what="Icecat misses the user name or the language.", remedy="Set 'user' and 'languages'."
    ),
    Fault(
        number=2,
        what="Icecat does not know one of the languages.",
        remedy="Use Icecat's codes in 'languages' (EN, FI, SE, DK …) or add the code to 'language_aliases'.",
    ),
    Fault(
        number=3,
        what="Icecat does not know this user.",
        remedy="Set 'user' to the login name of your Icecat account.",
    ),
    Fault(
        number=5,
        what="Icecat does not accept requests of this account from this address.",
        remedy="Set the API access token, or allow this machine's address on the page My Profile at Icecat.",
    ),
    Fault(
        number=6,
        what="Icecat has no key for this user.",
        remedy="Create an API access token on the page My Profile at Icecat and set 'api_token'.",
    ),
    Fault(
        number=7,
        what="The app key belongs to another Icecat user.",
        remedy="Set 'user' and 'app_key' of the same account, or 'api_token' instead of the key.",
    ),
    Fault(
        number=10,
        what="Icecat does not know this app key.",
        remedy="Copy the app key from the page My Profile at Icecat, or set 'api_token' instead.",
    ),
    Fault(
        number=19,
        what="The API access token is not one: Icecat's tokens have the form 8-4-4-4-12.",
        remedy="Copy the API access token from the page My Profile at Icecat into 'api_token'.",
    ),
    Fault(
        number=401,
        what="Icecat does not accept this account.",
        remedy="Check 'user' and 'api_token' against the page My Profile at Icecat.",
    ),
)
_BY_NUMBER: dict[int, Miss | Fault] = {
    **{miss.number: miss for miss in _MISSES if miss.number is not None},
    **{fault.number: fault for fault in _FAULTS},
}
_BY_TEXT = (
    ("brand restriction", 14),
    ("full icecat", 9),
    ("app_key is required", 9),
    ("user vertical", 12),
    ("gtin can not be found", 16),
    ("not present", 8),
    ("not yet released", 15),
    ("identifier(s) is not correct", 4),
    ("user is unknown", 3),
    ("lang is unknown", 2),
    ("mandatory", 1),
    ("wrong ip", 5),
    ("private key", 6),
    ("wrong matching", 7),
    ("by application_key", 10),
    ("not valid uuid", 19),
)


def classify(number: int | None, message: str) -> Miss | Fault | None:
    """Say what an error means, by its number, else by its text; None when neither is known."""
    if number in _BY_NUMBER:
        return _BY_NUMBER[number]
    low = message.casefold()
    found = next((known for words, known in _BY_TEXT if words in low), None)
    return _BY_NUMBER[found] if found else None


def configuration(fault: Fault, where: str) -> Configuration:
    """Make the error that stops a run."""
    return Configuration(fault.what, code=f"ICECAT-{fault.number:02}", where=where, remedy=fault.remedy)


def no_sheet(miss: Miss, settings: IcecatSettings, requests: int) -> NoSheet:
    """Answer with a miss, and when to ask again."""
    retry = timedelta(days=miss.days) if miss.days else settings.retry.get(miss.outcome)
    return NoSheet(
        outcome=miss.outcome,
        what=miss.what,
        remedy=miss.remedy,
        number=miss.number,
        retry=retry,
        requests=requests,
    )
