"""Settings files to begin with: for `init`, and for the demo."""

INIT = """# Shopweave: one file for everything. 'shopweave check' says what is still missing.

[hub]
time_zone = "Europe/Helsinki"

[connections.till]
type = "phppos"
host = "127.0.0.1"
user = "hub"
password = { env = "MYSQL_PASSWORD" }
database = "phppos"

[connections.icecat]
type = "icecat"
user = "your-icecat-user"
api_token = { env = "ICECAT_API_TOKEN" }
languages = ["EN"]

[connections.shop]
type = "woocommerce"
url = "https://shop.example"
wp_user = "hub"
application_password = { env = "WP_API_PASS" }
# new_products = "publish"   # the default is draft: a person publishes them

# The till decides names, prices and what is sold; nothing is written before you approve the first plan.
[flows.till-to-shop]
source = "till"
target = "shop"
own = ["identity", "name", "long_text", "brand", "categories", "attributes#variation", "regular_price",
       "sale_price", "tax_class", "status", "main_image", "gallery"]
fill = ["measures"]
only_if_target_empty = ["main_image", "gallery"]
schedule = "every 5 minutes"

# Icecat gives weights, technical data and its own block in the text, and pictures where there are none.
[flows.icecat-to-shop]
source = "icecat"
target = "shop"
items = "till"
own = ["measures", "attributes", "long_text#icecat"]
fill = ["main_image", "gallery"]
only_if_target_empty = ["main_image", "gallery"]
create = false
schedule = "daily at 05:00"
zone = "Europe/Helsinki"
"""

DEMO = """# The demo: everything below runs on this machine, against simulated systems.

[hub]
time_zone = "Europe/Helsinki"
allow_private_addresses = true

[connections.till]
type = "phppos"
path = "{till}"
key_sweep_hours = 0

[connections.icecat]
type = "icecat"
url = "{icecat}/api"
user = "hub"
languages = ["FI", "EN"]
features = "attributes"
requests_per_second = 1000   # the simulated Icecat allows it; the real one asks for at most 3
requests_at_once = 8

[connections.shop]
type = "woocommerce"
mode = "test"
url = "{shop}"
allow_http = true
wp_user = "hub"
application_password = {{ file = "simulators/shop-password" }}
new_products = "publish"
requests_at_once = 4

[flows.till-to-shop]
source = "till"
target = "shop"
own = ["identity", "name", "long_text", "brand", "categories", "attributes#variation", "regular_price",
       "sale_price", "tax_class", "status", "main_image", "gallery"]
fill = ["measures"]
only_if_target_empty = ["main_image", "gallery"]
schedule = "every 1 minutes"

[flows.icecat-to-shop]
source = "icecat"
target = "shop"
items = "till"
own = ["measures", "attributes", "long_text#icecat"]
fill = ["main_image", "gallery"]
only_if_target_empty = ["main_image", "gallery"]
create = false
schedule = "every 2 minutes"
"""


TRADE = """
[flows.shop-orders]
kind = "orders"
source = "shop"
target = "till"
statuses = ["processing", "completed"]
every = 1

[flows.till-stock]
kind = "stock"
source = "till"
target = "shop"
every = 1
"""


def demo_settings(*, till: str, icecat: str, shop: str, trade: bool = False) -> str:
    """Write the demo's settings for the addresses of its simulators; with `trade` it sells too."""
    text = DEMO.format(till=till, icecat=icecat, shop=shop)
    if not trade:
        return text
    return text.replace('mode = "test"\n', 'mode = "test"\nsales = "hand-over"\n') + TRADE
