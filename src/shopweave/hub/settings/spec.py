"""What may stand in the settings file, section by section; help and reference page are made from it."""

from collections.abc import Mapping

from shopweave.connector.settings import Option, OptionKind
from shopweave.hub.settings.flow_spec import GUARD

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
        name="order_months",
        title="Months to keep who bought",
        description="Orders older than this keep their goods and sums; names, addresses and what was received"
        " are removed.",
        kind=OptionKind.NUMBER,
        default=24,
        minimum=1,
        maximum=240,
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
SECTIONS: Mapping[str, tuple[Option, ...]] = {
    "hub": HUB,
    "connections.NAME": CONNECTION,
    "flows.NAME.guard": GUARD,
    "notify": NOTIFY,
    "notify.email": EMAIL,
    "web": WEB,
    "icecat_tool": ICECAT_TOOL,
}
