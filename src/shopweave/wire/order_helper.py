"""The order helper that a shop's orders can be read through; assumed but for what is marked as the seed's."""

SPACE = "/flashnode/v1"
ORDERS = f"{SPACE}/orders"
STATUS = f"{SPACE}/status"
AFTER, PAGE, SIZE = "modified_after", "page", "per_page"
ROWS, TOTAL, VERSION = "orders", "total", "version"
MOST = 100
# The seed's own words.
KEY_DESCRIPTION = "Flashnode"
LOOK_BACK_DAYS = 14
