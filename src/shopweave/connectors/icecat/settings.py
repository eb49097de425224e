"""What the Icecat connector wants to be told, and the settings as values."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct

from shopweave.connector.settings import Option, OptionKind, Setting, Settings
from shopweave.model.errors import Configuration


class Features(StrEnum):
    """Where technical data goes: the shop's attributes, a table in the text, both or nowhere."""

    ATTRIBUTES = "attributes"
    TABLE = "table"
    BOTH = "both"
    NONE = "none"


class IcecatSettings(Struct, frozen=True, kw_only=True):
    """The settings of one Icecat connection; `aliases` maps upper-case codes to Icecat's own."""

    user: str
    api_token: str = ""
    content_token: str = ""
    app_key: str = ""
    url: str = "https://live.icecat.biz/api"
    languages: tuple[str, ...] = ("EN",)
    features: Features = Features.TABLE
    gallery_max: int = 8
    bullet_points: bool = True
    attribution: bool = True
    weight_features: tuple[str, ...] = ("94", "19017", "12573")
    weight_names: tuple[str, ...] = ()
    picture_mb: int = 12
    cache: timedelta = timedelta(days=7)
    per_second: int = 3
    at_once: int = 2
    retry: Mapping[str, timedelta] = {}

    def __repr__(self) -> str:
        return f"IcecatSettings(user={self.user!r}, url={self.url!r}, languages={self.languages!r})"

    def __rich_repr__(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override,unused-ignore]
        return (("user", self.user), ("url", self.url))


_DAYS: Mapping[str, tuple[str, int]] = {
    "NOT_PRESENT": ("unknown to Icecat", 30),
    "BRAND_RESTRICTED": ("of a brand outside the subscription", 30),
    "FULL_ONLY": ("in Full Icecat only", 30),
    "NOT_YET_RELEASED": ("not yet released", 1),
    "GTIN_UNKNOWN": ("whose GTIN Icecat does not know", 14),
}


def _days(outcome: str) -> Option:
    words, days = _DAYS[outcome]
    return Option(
        name=f"retry_{outcome.lower()}_days",
        title=f"Ask again: {outcome}",
        description=f"Days until Icecat is asked again about a product {words}.",
        kind=OptionKind.NUMBER,
        default=days,
        minimum=1,
        maximum=365,
    )


OPTIONS: tuple[Option, ...] = (
    Option(
        name="user",
        title="Icecat user name",
        description="The login name of the Icecat account.",
        needed=True,
        example="acme",
    ),
    Option(
        name="api_token",
        title="API access token",
        description="From the page My Profile at Icecat; replaces the allowed addresses and the app key.",
        kind=OptionKind.SECRET,
        recommendation="Set it; an Open Icecat account works without.",
    ),
    Option(
        name="content_token",
        title="Content access token",
        description="From the page My Profile; opens pictures of Full Icecat. Never stored with a picture.",
        kind=OptionKind.SECRET,
    ),
    Option(
        name="app_key",
        title="App key",
        description="The older key of Full Icecat; not needed beside an API access token.",
        kind=OptionKind.SECRET,
    ),
    Option(
        name="url",
        title="Address",
        description="The address of the Live JSON API.",
        kind=OptionKind.URL,
        default="https://live.icecat.biz/api",
    ),
    Option(
        name="languages",
        title="Languages",
        description="Language of the shop's texts, then those to take when there is no text in it.",
        kind=OptionKind.LIST,
        default=("EN",),
        example='["FI", "EN"]',
    ),
    Option(
        name="language_aliases",
        title="Language codes",
        description="Your code = Icecat's code; Icecat names some languages after countries (DK, SE, CZ).",
        kind=OptionKind.LIST,
        default=("SV=SE", "DA=DK", "CS=CZ", "NB=NO", "EN-US=US"),
    ),
    Option(
        name="features",
        title="Technical data",
        description="Give technical data as attributes, as a table in the text, as both, or not at all.",
        kind=OptionKind.CHOICE,
        default="table",
        choices=tuple(Features),
    ),
    Option(
        name="gallery_max",
        title="Gallery pictures",
        description="How many pictures to take beside the main one.",
        kind=OptionKind.NUMBER,
        default=8,
        minimum=0,
        maximum=50,
    ),
    Option(
        name="bullet_points",
        title="Bullet points",
        description="Show the list of selling points below the text.",
        kind=OptionKind.SWITCH,
        default=True,
    ),
    Option(
        name="attribution",
        title="Name the source",
        description="End the text with 'Specs Icecat' and the disclaimer, a duty of Open Icecat users.",
        kind=OptionKind.SWITCH,
        default=True,
        recommendation="Leave it on with Open Icecat.",
    ),
    Option(
        name="weight_features",
        title="Weight features",
        description="Ids of the features that tell the weight, first choice first.",
        kind=OptionKind.LIST,
        default=("94", "19017", "12573"),
    ),
    Option(
        name="package_weight",
        title="Package weight",
        description="Take the package weight (feature 762) when no other weight is known.",
        kind=OptionKind.SWITCH,
        default=False,
    ),
    Option(
        name="weight_names",
        title="Names of the weight",
        description="Names by which a weight is found on sheets without those ids.",
        kind=OptionKind.LIST,
        default=("Weight", "Paino", "Vikt", "Waga", "Gewicht", "Poids", "Peso", "Vægt", "Vekt"),
    ),
    Option(
        name="picture_mb",
        title="Largest picture",
        description="Pictures of more megabytes than this are left out.",
        kind=OptionKind.NUMBER,
        default=12,
        minimum=1,
        maximum=100,
    ),
    Option(
        name="cache_days",
        title="Keep sheets",
        description="Days until a sheet that was found is read again.",
        kind=OptionKind.NUMBER,
        default=7,
        minimum=1,
        maximum=365,
    ),
    Option(
        name="requests_per_second",
        title="Requests per second",
        description="Icecat publishes no limit; a million sheets a month are fair use.",
        kind=OptionKind.NUMBER,
        default=3,
        minimum=1,
        maximum=1000,
    ),
    Option(
        name="requests_at_once",
        title="Requests at once",
        description="How many requests may be under way together.",
        kind=OptionKind.NUMBER,
        default=2,
        minimum=1,
        maximum=8,
    ),
    *(_days(outcome) for outcome in _DAYS),
)
_DEFAULTS: Mapping[str, Setting | None] = {option.name: option.default for option in OPTIONS}


def read_settings(settings: Settings) -> IcecatSettings:
    """Turn validated settings into values; raises `Configuration` when the user or languages are missing."""
    given = {**_DEFAULTS, **settings}
    user = _text(given["user"])
    languages = _languages(_list(given["languages"]), _list(given["language_aliases"]))
    if not user or not languages:
        raise Configuration(
            "Icecat needs a user name and at least one language.",
            code="ICECAT-01",
            remedy="Set 'user' and 'languages' of this connection.",
        )
    package = ("762",) if given["package_weight"] else ()
    return IcecatSettings(
        user=user,
        api_token=_text(given["api_token"]),
        content_token=_text(given["content_token"]),
        app_key=_text(given["app_key"]),
        url=_text(given["url"]),
        languages=languages,
        features=Features(_text(given["features"])),
        gallery_max=_number(given["gallery_max"]),
        bullet_points=bool(given["bullet_points"]),
        attribution=bool(given["attribution"]),
        weight_features=(*_list(given["weight_features"]), *package),
        weight_names=_list(given["weight_names"]),
        picture_mb=_number(given["picture_mb"]),
        cache=timedelta(days=_number(given["cache_days"])),
        per_second=_number(given["requests_per_second"]),
        at_once=_number(given["requests_at_once"]),
        retry={name: timedelta(days=_number(given[_days(name).name])) for name in _DAYS},
    )


def _languages(wanted: tuple[str, ...], aliases: tuple[str, ...]) -> tuple[str, ...]:
    table = dict(alias.upper().replace(" ", "").split("=", 1) for alias in aliases if "=" in alias)
    codes = (code.strip().upper().replace("_", "-") for code in wanted if code.strip())
    return tuple(dict.fromkeys(table.get(code, code) for code in codes))


def _text(value: Setting | None) -> str:
    return str(value or "").strip()


def _list(value: Setting | None) -> tuple[str, ...]:
    parts = value if isinstance(value, tuple | list) else _text(value).split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _number(value: Setting | None) -> int:
    return int(value) if isinstance(value, int | float | str) else 0
