"""What the WooCommerce connector wants to be told, and the settings as values."""

from msgspec import Struct

from shopweave.connector.settings import Option, OptionKind, Settings
from shopweave.wire import order_helper

ADDRESS = "the shop's own address, without /wp-admin"
TRACKING_META = ("_shopweave_tracking", "_wc_shipment_tracking_items", "_tracking_number")


class WooSettings(Struct, frozen=True, kw_only=True):
    """The settings of one shop."""

    url: str
    consumer_key: str = ""
    consumer_secret: str = ""
    wp_user: str = ""
    application_password: str = ""
    allow_http: bool = False
    outgoing_addresses: tuple[str, ...] = ()
    weight_unit: str = "kg"
    dimension_unit: str = "cm"
    new_products: str = "draft"
    restocked_refunds: str = "leave"
    more_statuses: tuple[str, ...] = ()
    manages_stock: bool = True
    look_back_days: int = order_helper.LOOK_BACK_DAYS
    taken_orders: str = "processing"
    tracking_meta: tuple[str, ...] = (
        "_shopweave_tracking",
        "_wc_shipment_tracking_items",
        "_tracking_number",
    )
    adjusts_stock: bool = False
    requests_at_once: int = 2
    page_size: int = 100

    @property
    def may_upload(self) -> bool:
        """Say whether pictures can be uploaded: media routes take an application password only."""
        return bool(self.wp_user and self.application_password)

    def __repr__(self) -> str:
        return f"WooSettings(url={self.url!r}, new_products={self.new_products!r})"

    def __rich_repr__(self) -> tuple[tuple[str, str], ...]:  # type: ignore[override,unused-ignore]
        return (("url", self.url),)


OPTIONS = (
    Option(
        name="url",
        title="Address",
        description=f"The address of the shop: {ADDRESS}.",
        kind=OptionKind.URL,
        needed=True,
        example="https://shop.example",
    ),
    Option(
        name="consumer_key",
        title="Consumer key",
        description="The key of WooCommerce → Settings → Advanced → REST API, with permission Read/Write."
        " Not needed where an application password is given.",
        kind=OptionKind.SECRET,
        recommendation="Add a key for the hub alone, of an administrator, with the description"
        f" {order_helper.KEY_DESCRIPTION} or another by which you will know it.",
        example='{ env = "WOO_KEY" }',
    ),
    Option(
        name="consumer_secret",
        title="Consumer secret",
        description="The secret that belongs to the consumer key.",
        kind=OptionKind.SECRET,
        example='{ env = "WOO_SECRET" }',
    ),
    Option(
        name="wp_user",
        title="WordPress user",
        description="The user of the application password: a shop manager or administrator.",
        example="hub",
    ),
    Option(
        name="application_password",
        title="Application password",
        description="Of Users → Profile → Application Passwords. Needed to upload pictures; it opens the"
        " products too.",
        kind=OptionKind.SECRET,
        recommendation="One for the hub alone, so that it can be withdrawn alone.",
        example='{ env = "WP_API_PASS" }',
    ),
    Option(
        name="allow_http",
        title="Allow plain http",
        description="Send credentials over plain http. For tests on this machine only.",
        kind=OptionKind.SWITCH,
        default=False,
    ),
    Option(
        name="outgoing_addresses",
        title="Our outgoing addresses",
        description="The IP addresses that requests of this hub come from, as your network has them; shown by"
        " check where a shop or its test site lets only known addresses in.",
        kind=OptionKind.LIST,
        default=(),
        example='["203.0.113.7"]',
    ),
    Option(
        name="weight_unit",
        title="Unit of weight",
        description="The unit the shop counts weights in, as its settings have it.",
        kind=OptionKind.CHOICE,
        default="kg",
        choices=("kg", "g", "lbs", "oz"),
    ),
    Option(
        name="dimension_unit",
        title="Unit of length",
        description="The unit the shop counts edges in, as its settings have it.",
        kind=OptionKind.CHOICE,
        default="cm",
        choices=("cm", "mm", "m", "in", "yd"),
    ),
    Option(
        name="new_products",
        title="New products",
        description="Whether products that the hub makes are seen by buyers at once (publish) or wait for a"
        " person (draft).",
        kind=OptionKind.CHOICE,
        default="draft",
        choices=("draft", "publish"),
        recommendation="draft, until the first products look right.",
    ),
    Option(
        name="restocked_refunds",
        title="Goods of refunds",
        description="What becomes of goods that the shop put back on the shelf with a refund: they stay sold"
        " until a person says otherwise (leave), or count as returned (return).",
        kind=OptionKind.CHOICE,
        default="leave",
        choices=("leave", "return"),
        recommendation="leave, where refunds are made before the goods are back.",
    ),
    Option(
        name="more_statuses",
        title="Statuses of plug-ins",
        description="Statuses of orders that plug-ins added to this shop, as its interface writes them,"
        " without wc- in front. They can be chosen like the others; coming to one leaves stock as it is.",
        kind=OptionKind.LIST,
        default=(),
        example='["shipped"]',
    ),
    Option(
        name="manages_stock",
        title="The shop manages stock",
        description="Whether orders lower the shop's own stock: WooCommerce → Settings → Products →"
        " Inventory. check says what the shop has.",
        kind=OptionKind.SWITCH,
        default=True,
    ),
    Option(
        name="look_back_days",
        title="Look back for orders",
        description="How many days old an order may be for its changes to be found, in a shop that cannot be"
        " asked what changed; check says whether this one can.",
        kind=OptionKind.NUMBER,
        default=order_helper.LOOK_BACK_DAYS,
        minimum=1,
        maximum=365,
    ),
    Option(
        name="taken_orders",
        title="Orders of other channels",
        description="The status in which orders of other channels are made here; each lowers the stock.",
        kind=OptionKind.CHOICE,
        default="processing",
        choices=("processing", "on-hold", "completed"),
    ),
    Option(
        name="tracking_meta",
        title="Where tracking numbers are",
        description="The meta keys of an order made here in which its tracking number is looked for; the"
        " first that has one counts: a text, or the list of parcels that shipment plug-ins keep.",
        kind=OptionKind.LIST,
        default=TRACKING_META,
    ),
    Option(
        name="adjusts_stock",
        title="Book stock through the plug-in",
        description="Book differences of stock through the companion plug-in, which books each cause once."
        " For a shop whose own stock counts, and where the plug-in is active.",
        kind=OptionKind.SWITCH,
        default=False,
    ),
    Option(
        name="requests_at_once",
        title="Requests at once",
        description="How many requests the shop is sent at the same time; of two or more one is kept for what"
        " is urgent.",
        kind=OptionKind.NUMBER,
        default=2,
        minimum=1,
        maximum=8,
    ),
    Option(
        name="page_size",
        title="Records per page",
        description="How many records one list request asks for. Smaller pages need more requests and help a"
        " shop that cannot answer large ones in time.",
        kind=OptionKind.NUMBER,
        default=100,
        minimum=3,
        maximum=100,
    ),
)


def read_settings(settings: Settings) -> WooSettings:
    """Read the validated settings of a connection."""
    known = {name: settings[name] for name in WooSettings.__struct_fields__ if settings.get(name) is not None}
    return WooSettings(**known)  # type: ignore[arg-type]
