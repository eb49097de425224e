"""The options of a PHP Point Of Sale: what the connector wants to be told."""

from collections.abc import Mapping
from decimal import Decimal

from shopweave.connector.settings import Option, OptionKind

GRAMS: Mapping[str, Decimal] = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"),
}
UNIT_NAMES: Mapping[str, str] = {"gram": "g", "kilogram": "kg", "kilo": "kg", "ounce": "oz", "pound": "lb"}
MILLIMETRES: Mapping[str, Decimal] = {
    "mm": Decimal(1),
    "cm": Decimal(10),
    "m": Decimal(1000),
    "in": Decimal("25.4"),
}

OPTIONS: tuple[Option, ...] = (
    Option(
        name="host",
        title="Database server",
        description="Name or address of the MySQL or MariaDB server the till writes to.",
        default="",
        example="192.168.1.20",
    ),
    Option(
        name="port",
        title="Port",
        description="Port of the database server.",
        kind=OptionKind.NUMBER,
        default=3306,
        minimum=1,
        maximum=65535,
    ),
    Option(
        name="user",
        title="User",
        description="Database user for the hub.",
        default="",
        recommendation="A user of its own with SELECT only; writing stock needs a few rights more.",
    ),
    Option(
        name="password",
        title="Password",
        description="Password of that user.",
        kind=OptionKind.SECRET,
        default="",
    ),
    Option(name="database", title="Database", description="Name of the till's database.", default=""),
    Option(
        name="tls",
        title="Encrypt the connection",
        description="Speak TLS to the database server and check its certificate.",
        kind=OptionKind.SWITCH,
        default=False,
        recommendation="On, unless server and hub share a machine or a trusted network.",
    ),
    Option(
        name="path",
        title="SQLite file",
        description="Path of a till kept in one SQLite file, as the demo uses; leaves the server unused.",
        kind=OptionKind.PATH,
        default="",
    ),
    Option(
        name="table_prefix",
        title="Table prefix",
        description="What the names of the till's tables start with.",
        default="phppos_",
    ),
    Option(
        name="time_zone",
        title="Time zone",
        description="Time zone of the till, as in its store configuration; promotions start and end in it.",
        default="UTC",
        example="Europe/Helsinki",
    ),
    Option(
        name="sku_rule",
        title="SKU",
        description="Which column is the SKU. Variations append their own number to it.",
        kind=OptionKind.CHOICE,
        default="item_id",
        choices=("item_id", "product_id", "item_number"),
    ),
    Option(
        name="ean_rule",
        title="EAN",
        description="Where the EAN stands: item_number, else the first valid additional number; or one only.",
        kind=OptionKind.CHOICE,
        default="item_number_or_additional",
        choices=("item_number_or_additional", "item_number", "additional"),
    ),
    Option(
        name="publish_locations",
        title="Locations with stock for sale",
        description="Numbers of the locations whose stock is added up; empty: all that are not deleted.",
        kind=OptionKind.LIST,
        default=(),
        example="1, 2",
    ),
    Option(
        name="price_location",
        title="Location with the prices",
        description="Number of the location whose prices and promotions go before the item's; "
        "empty: the only location for sale, or none if there are several.",
        default="",
    ),
    Option(
        name="stock_location",
        title="Location for stock the hub writes",
        description="Number of the location that takes differences; empty: the first location for sale.",
        default="",
    ),
    Option(
        name="employee",
        title="Employee for stock the hub writes",
        description="Person number of the employee named in the till's stock log.",
        kind=OptionKind.NUMBER,
        default=1,
        minimum=1,
        recommendation="An employee of its own, named Hub.",
    ),
    Option(
        name="booked_by",
        title="Who books the shops' sales",
        description="Whether the hub books what the shops sell at this till, or another program does. That "
        "one then writes the reference of each movement (connection:line:number of its change, from 1) as a "
        "word into the comment of its row in the stock log, by which the hub sees what a quantity holds.",
        kind=OptionKind.CHOICE,
        default="hub",
        choices=("hub", "another"),
    ),
    Option(
        name="tax_mode",
        title="Prices",
        description="Give prices as they are stored, or all with tax (gross), or all without (net).",
        kind=OptionKind.CHOICE,
        default="as_stored",
        choices=("as_stored", "gross", "net"),
    ),
    Option(
        name="tax_percent",
        title="Tax rate without a tax class",
        description="Percent for items without a tax class, where prices are turned into gross or net.",
        kind=OptionKind.NUMBER,
        default=0,
        minimum=0,
        maximum=100,
    ),
    Option(
        name="text_source",
        title="Description",
        description="Which text is the description: the long one, else the short one; or one only.",
        kind=OptionKind.CHOICE,
        default="long_or_short",
        choices=("long_or_short", "long_description", "description"),
    ),
    Option(
        name="web_only",
        title="Only items for the web",
        description="Items not marked for e-commerce, or in a category excluded from it, count as inactive.",
        kind=OptionKind.SWITCH,
        default=True,
    ),
    Option(
        name="weight_unit",
        title="Unit of weights",
        description="Unit of weights that name none.",
        kind=OptionKind.CHOICE,
        default="kg",
        choices=tuple(GRAMS),
    ),
    Option(
        name="length_unit",
        title="Unit of lengths",
        description="Unit of length, width and height.",
        kind=OptionKind.CHOICE,
        default="cm",
        choices=tuple(MILLIMETRES),
    ),
    Option(
        name="key_sweep_hours",
        title="Hours between full looks",
        description="How often every item is looked at, for changes the till leaves undated.",
        kind=OptionKind.NUMBER,
        default=24,
        minimum=0,
        maximum=168,
    ),
    Option(
        name="currency",
        title="Currency",
        description="Currency of the till (ISO 4217); orders in another one are refused. Empty: the code in "
        "the till's own configuration.",
        default="",
        example="EUR",
    ),
    Option(
        name="web_customers",
        title="Customers of web sales",
        description="Name the buyer in the till: found by e-mail, or also created, or never.",
        kind=OptionKind.CHOICE,
        default="email",
        choices=("email", "create", "none"),
        recommendation="email: no personal data is written to the till.",
    ),
    Option(
        name="web_payment",
        title="Payment of web sales",
        description="Name of the till's payment type that web sales are booked with.",
        default="Online",
    ),
    Option(
        name="register",
        title="Register of web sales",
        description="Number of the register that web sales belong to; empty: the first of their location.",
        default="",
    ),
    Option(
        name="shipping_item",
        title="Item for shipping",
        description="Number of the item that shipping is sold as; empty: an internal item of the hub's own, "
        "made when it is first needed.",
        default="",
    ),
    Option(
        name="fee_item",
        title="Item for fees",
        description="Number of the item that fees and differences are sold as; empty: an internal item of "
        "the hub's own, made when it is first needed.",
        default="",
    ),
)
