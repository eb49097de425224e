"""What may stand in the sections of flows, by kind; help and reference page are made from it."""

from collections.abc import Mapping

from shopweave.connector.settings import Option, OptionKind

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
        description="What goes back into the source's order once the target has it: status, reference, and"
        " the tracking number when the target knows one.",
        kind=OptionKind.LIST,
        default=(),
        example='["status", "reference", "tracking"]',
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
        name="warehouses",
        title="Warehouses",
        description="Only what lies in these warehouses of the master is shown, and the channel's orders"
        " leave from one of them: the first that has all of an order. Empty: all of them.",
        kind=OptionKind.LIST,
        default=(),
        example='["1", "2"]',
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
        name="settle",
        title="Minutes until booked elsewhere",
        description="Where somebody else books the channel's sales: one that a change of the master's level"
        " has shown counts as booked after so long. 0: two looks.",
        kind=OptionKind.NUMBER,
        default=0,
        minimum=0,
        maximum=10080,
        recommendation="Longer than the other program ever waits before it books.",
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
