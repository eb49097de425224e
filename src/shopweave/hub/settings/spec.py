"""What may stand in the settings file, section by section; help and reference page are made from it."""

from collections.abc import Mapping

from shopweave.connector.settings import Option, OptionKind

DATABASE = Option(
    name="database",
    title="Database",
    description="Where the hub keeps what it knows: a PostgreSQL address, or nothing for the file hub.sqlite"
    " in the hub's folder. May be given by reference, as a secret.",
    kind=OptionKind.SECRET,
    default="",
    recommendation="Leave it out until you need more than one machine.",
    example='"postgresql://hub@db.example/shopweave"',
)
HUB = (
    DATABASE,
    Option(
        name="time_zone",
        title="Time zone",
        description="The zone of schedules that name none, and of times in logs.",
        default="UTC",
        example='"Europe/Helsinki"',
    ),
    Option(
        name="log_days",
        title="Days to keep logs",
        description="Log files older than this are removed.",
        kind=OptionKind.NUMBER,
        default=7,
        minimum=1,
        maximum=3650,
        whole=True,
    ),
    Option(
        name="allow_private_addresses",
        title="Allow private addresses",
        description="Let connections and pictures lead to addresses of this machine or the local network.",
        kind=OptionKind.SWITCH,
        default=False,
        recommendation="Off, unless a shop or till stands in your own network.",
    ),
)
CONNECTION = (
    Option(
        name="type",
        title="Connector",
        description="The kind of system. Its own settings are listed with the connector.",
        needed=True,
        example='"woocommerce"',
    ),
    Option(
        name="mode",
        title="Mode",
        description="A test connection is marked as such on every page.",
        kind=OptionKind.CHOICE,
        default="live",
        choices=("live", "test"),
    ),
    Option(
        name="sales",
        title="How its sales reach the master",
        description="Who books what this connection sells where the stock is kept: the hub itself (hub), the"
        " hand-over of the order (hand-over), somebody else (elsewhere), or nobody (never). Needed where a"
        " flow of stock goes to it.",
        kind=OptionKind.CHOICE,
        default="",
        choices=("hub", "hand-over", "elsewhere", "never"),
        example='"hand-over"',
    ),
)
KIND = Option(
    name="kind",
    title="What it carries",
    description="Values of items, orders, or levels of stock; each kind has settings of its own.",
    kind=OptionKind.CHOICE,
    default="items",
    choices=("items", "orders", "stock"),
)
FLOW = (
    Option(
        name="source",
        title="From",
        description="The connection values come from.",
        needed=True,
        example='"till"',
    ),
    Option(
        name="target",
        title="To",
        description="The connection they are written to.",
        needed=True,
        example='"shop"',
    ),
    Option(
        name="items",
        title="Whose items",
        description="For content providers: the connection whose items they are asked about.",
        default="",
        example='"till"',
    ),
    Option(
        name="own",
        title="Owns",
        description="Atoms this flow decides at the target. One flow owns an atom there, never two.",
        kind=OptionKind.LIST,
        default=(),
        example='["name", "regular_price"]',
    ),
    Option(
        name="fill",
        title="Fills",
        description="Atoms this flow gives only while those before it have no value, in the file's order.",
        kind=OptionKind.LIST,
        default=(),
        example='["main_image"]',
    ),
    Option(
        name="only_if_target_empty",
        title="Only if the target has none",
        description="Atoms, owned or filled, that never replace a value the target has.",
        kind=OptionKind.LIST,
        default=(),
        example='["main_image", "gallery"]',
    ),
    Option(
        name="create",
        title="Make new records",
        description="Make records at the target for items it does not have.",
        kind=OptionKind.SWITCH,
        default=True,
    ),
    Option(
        name="when_gone",
        title="When the source has it no more",
        description="Switch the record off at the target, or leave it. Nothing is ever deleted.",
        kind=OptionKind.CHOICE,
        default="deactivate",
        choices=("deactivate", "leave"),
    ),
    Option(
        name="drift",
        title="When the target was changed there",
        description="Write the source's value again, keep what the target has, or ask a person.",
        kind=OptionKind.CHOICE,
        default="overwrite",
        choices=("overwrite", "keep", "ask"),
    ),
    Option(
        name="conflict",
        title="When both sides changed",
        description="Whose value counts.",
        kind=OptionKind.CHOICE,
        default="source",
        choices=("source", "target", "ask"),
    ),
    Option(
        name="schedule",
        title="When it runs",
        description='"every 3 minutes", "every 2 hours", "daily at 05:00" or a cron text;'
        " nothing: only when asked.",
        default="",
        example='"daily at 05:00"',
    ),
    Option(
        name="zone",
        title="Time zone of the schedule",
        description="The zone the schedule's times are meant in; nothing: the hub's.",
        default="",
        example='"Europe/Helsinki"',
    ),
    Option(
        name="sweep_every",
        title="Minutes between full looks",
        description="How often everything is read anew, whatever modification dates say.",
        kind=OptionKind.NUMBER,
        default=1440,
        minimum=1,
        maximum=43200,
        whole=True,
    ),
)
ORDER_FLOW = (
    Option(
        name="source",
        title="From",
        description="The connection that sells.",
        needed=True,
        example='"shop"',
    ),
    Option(
        name="target",
        title="To",
        description="The connection that takes the orders over.",
        needed=True,
        example='"till"',
    ),
    Option(
        name="statuses",
        title="Statuses",
        description="Orders are handed over once they have one of these; nothing: any that takes stock.",
        kind=OptionKind.LIST,
        default=(),
        recommendation="For WooCommerce: processing when time matters, completed when orders are"
        " often edited.",
        example='["processing", "completed"]',
    ),
    Option(
        name="every",
        title="Minutes between looks",
        description="How often new orders are asked for: a number that fits evenly into an hour, or whole"
        " hours that fit into a day. Callbacks make it sooner.",
        kind=OptionKind.NUMBER,
        default=15,
        minimum=1,
        maximum=1440,
        whole=True,
    ),
    Option(
        name="overlap",
        title="Seconds looked at twice",
        description="How far each look reaches back into the one before; what comes twice counts once.",
        kind=OptionKind.NUMBER,
        default=120,
        minimum=0,
        maximum=86400,
        whole=True,
    ),
    Option(
        name="later_changes",
        title="When an order changes after it was handed over",
        description="Leave the target as it is, or tell it, where it can take a change.",
        kind=OptionKind.CHOICE,
        default="ignore",
        choices=("ignore", "update"),
    ),
    Option(
        name="tell",
        title="What the source is told",
        description="What goes back into the source's order once the target has it: status, reference.",
        kind=OptionKind.LIST,
        default=(),
        example='["status", "reference"]',
    ),
    Option(
        name="done_status",
        title="Status to tell",
        description="The status the source's order gets once the target has it; needed if tell has status.",
        default="",
        example='"completed"',
    ),
)


def _share(name: str, title: str, description: str, default: float) -> Option:
    return Option(
        name=name,
        title=title,
        description=description,
        kind=OptionKind.NUMBER,
        default=default,
        minimum=0,
        maximum=1,
    )


def _count(name: str, title: str, description: str, default: int) -> Option:
    return Option(
        name=name,
        title=title,
        description=description,
        kind=OptionKind.NUMBER,
        default=default,
        minimum=0,
        whole=True,
    )


GUARD = (
    _share("share", "Items at once", "The share of linked items that may change in one run.", 0.20),
    _count("least", "Always free", "So many changed items are never held for their share.", 20),
    _count("creations", "New records", "How many records may be made in one run.", 50),
    _share("creation_share", "New records, share", "The share of linked items that may be made anew.", 0.20),
    Option(
        name="price_move",
        title="Price move",
        description="A price that moves by more than this share of itself is held.",
        kind=OptionKind.NUMBER,
        default=0.30,
        minimum=0,
    ),
    _count("deactivations", "Switched off", "How many records may be switched off in one run.", 20),
    _share(
        "vanish", "Vanished", "When more than this share of a list is missing, none counts as gone.", 0.20
    ),
)
EMAIL = (
    Option(
        name="host",
        title="Mail server",
        description="The SMTP server that sends.",
        needed=True,
        example='"smtp.example"',
    ),
    Option(
        name="port",
        title="Port",
        description="Its port: 587 for starttls, 465 for tls.",
        kind=OptionKind.NUMBER,
        default=587,
        minimum=1,
        maximum=65535,
        whole=True,
    ),
    Option(name="user", title="User", description="Who signs in there; nothing: nobody.", default=""),
    Option(
        name="password",
        title="Password",
        description="The password of that user.",
        kind=OptionKind.SECRET,
        example='{ env = "SMTP_PASSWORD" }',
    ),
    Option(
        name="from",
        title="Sender",
        description="The address the messages come from.",
        needed=True,
        example='"hub@shop.example"',
    ),
    Option(
        name="to",
        title="Receivers",
        description="The addresses the messages go to.",
        kind=OptionKind.LIST,
        needed=True,
        example='["you@shop.example"]',
    ),
    Option(
        name="tls",
        title="Encryption",
        description="Begin plain and switch (starttls), encrypted from the start (tls), or not at all.",
        kind=OptionKind.CHOICE,
        default="starttls",
        choices=("starttls", "tls", "none"),
    ),
)
NOTIFY = (
    Option(
        name="webhook",
        title="Webhook",
        description="An https address that findings are posted to as JSON. Whoever knows it can post there,"
        " so it is kept as a secret.",
        kind=OptionKind.SECRET,
        example='{ env = "SHOPWEAVE_WEBHOOK" }',
    ),
    Option(
        name="webhook_secret",
        title="Secret of the webhook",
        description="Signs each post: the header X-Shopweave-Signature is sha256= and the HMAC-SHA256 of the"
        " body with this secret.",
        kind=OptionKind.SECRET,
        example='{ env = "SHOPWEAVE_WEBHOOK_SECRET" }',
    ),
)
WEB = (
    Option(
        name="host",
        title="Address to listen on",
        description="127.0.0.1 answers this machine only; 0.0.0.0 answers everybody who can reach it.",
        default="127.0.0.1",
        recommendation="127.0.0.1 behind a web server that speaks https.",
    ),
    Option(
        name="port",
        title="Port",
        description="The port of the pages.",
        kind=OptionKind.NUMBER,
        default=8700,
        minimum=1,
        maximum=65535,
        whole=True,
    ),
    Option(
        name="base_url",
        title="Address from outside",
        description="How people and shops reach these pages; links in messages begin with it.",
        kind=OptionKind.URL,
        default="",
        example='"https://hub.shop.example"',
    ),
)
ICECAT_TOOL = (
    Option(
        name="env_file",
        title="Environment file",
        description="The file with lines of the form export NAME=value that 'shopweave icecat' reads.",
        default=".icecat_env",
    ),
    Option(
        name="log_dir",
        title="Folder of the logs",
        description="Where 'shopweave icecat' writes a log for each run.",
        default="logs",
    ),
)
STOCK_FLOW = (
    Option(
        name="source",
        title="Master",
        description="The connection whose levels count.",
        needed=True,
        example='"till"',
    ),
    Option(
        name="target",
        title="Channel",
        description="The connection that shows and sells them. It has one master, never two.",
        needed=True,
        example='"shop"',
    ),
    Option(
        name="buffer",
        title="Held back",
        description="So many units of each item are not shown, for sales that cross on the way.",
        kind=OptionKind.NUMBER,
        default=0,
        minimum=0,
        recommendation="0 where sales are told by callback; 1 or 2 where the channel is asked rarely.",
    ),
    Option(
        name="decimals",
        title="Decimal places",
        description="How finely the channel counts; what is less than its last place is not shown.",
        kind=OptionKind.NUMBER,
        default=0,
        minimum=0,
        maximum=6,
        whole=True,
    ),
    Option(
        name="drift_limit",
        title="Changed there by hand",
        description="When more levels than this were changed at the channel by others at once, it is told."
        " They are put right in any case.",
        kind=OptionKind.NUMBER,
        default=10,
        minimum=0,
        whole=True,
    ),
    Option(
        name="every",
        title="Minutes between looks",
        description="How often both sides are read: a number that fits evenly into an hour, or whole hours"
        " that fit into a day. Sales move the levels at once, whatever it is.",
        kind=OptionKind.NUMBER,
        default=15,
        minimum=1,
        maximum=1440,
        whole=True,
    ),
    Option(
        name="sweep_every",
        title="Minutes between full looks",
        description="How often every level is read anew, whatever modification dates say.",
        kind=OptionKind.NUMBER,
        default=1440,
        minimum=1,
        maximum=43200,
        whole=True,
    ),
)
KINDS: Mapping[str, tuple[Option, ...]] = {
    "items": (KIND, *FLOW),
    "orders": (KIND, *ORDER_FLOW),
    "stock": (KIND, *STOCK_FLOW),
}
SECTIONS: Mapping[str, tuple[Option, ...]] = {
    "hub": HUB,
    "connections.NAME": CONNECTION,
    "flows.NAME.guard": GUARD,
    "notify": NOTIFY,
    "notify.email": EMAIL,
    "web": WEB,
    "icecat_tool": ICECAT_TOOL,
}
