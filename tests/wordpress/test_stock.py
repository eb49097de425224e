"""Stock in one piece: per item, under concurrency, under death and lost connections, repeated as often as one likes."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx
import pytest

from tests.wordpress.site import Site

pytestmark = [pytest.mark.long(60), pytest.mark.wordpress]
ROUTE = "/wc-shopweave/v1/stock"
KEYS = count(1)
MANAGED = {"_manage_stock": "yes"}
KILL = "posix_kill( getmypid(), 9 );"
CUT = (
    "static $cut = false; if ( $cut ) { return; } $cut = true; global $wpdb;"
    "$number = mysqli_thread_id( $wpdb->dbh );"
    "( new mysqli( '127.0.0.1', 'root', '' ) )->query( 'KILL ' . $number ); usleep( 20000 );"
)


def ask(site: Site, *items: dict[str, Any], key: str = "") -> httpx.Response:
    body = {"key": key or f"key-{next(KEYS)}", "items": list(items)}
    return site.ask("POST", ROUTE, json=body)


def told(site: Site, *items: dict[str, Any]) -> list[Any]:
    answer = ask(site, *items)
    assert answer.status_code == 200, answer.text
    return [one.get("after", one.get("code")) for one in answer.json()["items"]]


def kept(site: Site, product: int) -> list[Any]:
    """Give quantity, its copy and status as the shop has them."""
    found: list[Any] = site.run(
        f'global $wpdb; $copy = $wpdb->get_row( "SELECT * FROM {{$wpdb->prefix}}wc_product_meta_lookup WHERE product_id = {product}" );'
        f"return array( get_post_meta( {product}, '_stock', true ), (string) (float) $copy->stock_quantity,"
        f" get_post_meta( {product}, '_stock_status', true ), $copy->stock_status );"
    )
    return found


def at(place: str, code: str) -> str:
    return f"add_action( 'shopweave_transaction', function ( $at ) {{ if ( '{place}' === $at ) {{ {code} }} }} );"


def managed(site: Site, sku: str, stock: str, **meta: str) -> int:
    return site.product(sku, _stock=stock, **MANAGED, **meta)


def test_items_are_applied_in_their_order_and_refused_one_by_one(site: Site) -> None:
    one = managed(site, "ST-1", "100")
    answer = ask(
        site,
        {"id": one, "delta": -1},
        {"id": one, "expect": 99, "set": 50},
        {"sku": "st-1", "expect": 99, "set": 40},
        {"id": one, "delta": 2},
    ).json()
    assert [row.get("after", row.get("code")) for row in answer["items"]] == [99, 50, "stock_moved", 52]
    assert answer["items"][2]["stock"] == 50
    assert (answer["replayed"], answer["status_changed"]) == (False, [])
    assert answer["change"] > 0
    assert kept(site, one) == ["52", "52", "instock", "instock"]


def test_what_cannot_be_counted_says_why(site: Site) -> None:
    free = site.product("ST-2")
    trashed = managed(site, "ST-TRASH", "5")
    external, grouped = (
        site.product_of(kind, f"ST-{kind}", meta={"_stock": "5", **MANAGED})
        for kind in ("external", "grouped")
    )
    site.run(f"wp_trash_post( {trashed} ); return 1;")
    managed(site, "É1", "5")
    managed(site, "ST-TWIN", "5")
    managed(site, "ST-TWIN", "5")
    whole = managed(site, "ST-WHOLE", "5")
    assert told(
        site,
        {"id": free, "delta": 1},
        {"sku": "ST-TRASH", "delta": 1},
        {"sku": "E1", "delta": 1},
        {"sku": "ST-TWIN", "delta": 1},
        {"id": whole, "delta": -0.5},
        {"id": whole, "delta": "1"},
        {"id": 99999999, "delta": 1},
        {"id": external, "delta": 1},
        {"id": grouped, "delta": 1},
    ) == [
        "stock_not_managed",
        "in_trash",
        "unknown_product",
        "ambiguous_sku",
        "bad_number",
        "bad_number",
        "unknown_product",
        "stock_not_managed",
        "stock_not_managed",
    ]


def test_a_shop_that_counts_nothing_is_not_written(site: Site) -> None:
    one = managed(site, "ST-OFF", "5")
    site.run("update_option( 'woocommerce_manage_stock', 'no' ); return 1;")
    try:
        assert told(site, {"id": one, "delta": 1}) == ["shop_stock_off"]
    finally:
        site.run("update_option( 'woocommerce_manage_stock', 'yes' ); return 1;")
    assert kept(site, one)[0] == "5"


@pytest.mark.parametrize(
    ("stock", "item", "after"),
    [
        ("50.000000", {"expect": 50, "set": 50}, 50),
        ("", {"expect": 0, "set": 7}, 7),
        ("3", {"expect": None, "set": 9}, 9),
        ("99", {"expect": 98, "set": 1}, "stock_moved"),
    ],
)
def test_quantities_are_compared_as_numbers(
    site: Site, stock: str, item: dict[str, Any], after: object
) -> None:
    one = managed(site, f"ST-N{stock}", stock)
    assert told(site, {"id": one, **item}) == [after]


def test_variations_share_the_quantity_of_their_parent(site: Site) -> None:
    parent = site.product_of("variable", "PM", meta={"_stock": "50", **MANAGED})
    first, second = (site.product_of("", f"PM-{number}", parent) for number in (1, 2))
    answer = ask(site, {"id": first, "delta": -5}, {"id": second, "delta": -5}).json()
    assert [(one["stock_id"], one["after"]) for one in answer["items"]] == [(parent, 45), (parent, 40)]
    assert ask(site, {"id": first, "delta": -40}).json()["status_changed"] == [parent]
    assert [kept(site, one)[2] for one in (parent, first, second)] == ["outofstock"] * 3
    told(site, {"id": second, "delta": 5})
    assert [kept(site, one)[2] for one in (parent, first, second)] == ["instock"] * 3


def test_own_refuses_what_the_parent_holds(site: Site) -> None:
    parent = site.product_of("variable", "OWN", meta={"_stock": "50", **MANAGED})
    shared = site.product_of("", "OWN-1", parent)
    own = site.product_of("", "OWN-2", parent, meta={"_stock": "5", **MANAGED})
    items = [{"id": one, "set": 3, "expect": None, "own": True} for one in (shared, own, parent)]
    assert told(site, *items) == ["stock_not_managed", 3, 3]


def test_a_family_is_out_when_all_of_it_is_out(site: Site) -> None:
    parent = site.product_of("variable", "FAM")
    ones = [
        site.product_of("", f"FAM-{number}", parent, meta={"_stock": "2", **MANAGED}) for number in range(9)
    ]
    told(site, *({"id": one, "expect": 2, "set": 0} for one in ones))
    assert [kept(site, one)[2] for one in (parent, *ones)] == ["outofstock"] * 10
    told(site, {"id": ones[0], "expect": 0, "set": 3})
    assert [kept(site, one)[2] for one in (parent, *ones)] == ["instock"] * 2 + ["outofstock"] * 8


def test_backorders_make_the_status(site: Site) -> None:
    more = managed(site, "BO-1", "2", _backorders="notify")
    none = managed(site, "BO-2", "100")
    assert told(site, {"id": more, "delta": -5}, {"id": none, "delta": -100}) == [-3, 0]
    assert kept(site, more)[2:] == ["onbackorder", "onbackorder"]
    assert kept(site, none)[2:] == ["outofstock", "outofstock"]


def test_sixteen_clients_lose_no_update(site: Site) -> None:
    one = managed(site, "MANY", "10000")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: told(site, {"id": one, "delta": -1})[0], range(128)))
    assert sorted(answers) == list(range(9872, 10000))
    assert kept(site, one)[:2] == ["9872", "9872"]


def test_compare_and_set_from_eight_clients_counts_each_success(site: Site) -> None:
    one = managed(site, "CAS", "5000")

    def ten(_: int) -> None:
        seen, done = 5000, 0
        while done < 10:
            row = ask(site, {"id": one, "expect": seen, "set": seen + 1}).json()["items"][0]
            done, seen = (done + 1, row["after"]) if row["ok"] else (done, row["stock"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ten, range(8)))
    assert kept(site, one)[0] == "5080"


def test_batches_in_opposite_order_never_stand_in_each_others_way(site: Site) -> None:
    ones = [managed(site, f"OPP-{number}", "1000") for number in range(20)]
    there = [{"id": one, "delta": 1} for one in ones]
    orders = [there, list(reversed(there))] * 50
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda items: ask(site, *items).status_code, orders))
    assert answers == [200] * 100
    assert {kept(site, one)[0] for one in ones[:3]} == {"1100"}


def test_a_repeated_key_is_applied_once_and_answered_again(site: Site) -> None:
    one = managed(site, "KEY", "5000")
    first = ask(site, {"id": one, "delta": -5}, key="again")
    again = ask(site, {"id": one, "delta": -5}, key="again")
    assert again.json() == {**first.json(), "replayed": True}
    assert kept(site, one)[0] == "4995"
    other = ask(site, {"id": one, "delta": -6}, key="again")
    assert (other.status_code, other.json()["code"]) == (422, "shopweave_key_reused")
    none = site.ask("POST", ROUTE, json={"items": [{"id": one, "delta": 1}]})
    assert (none.status_code, none.json()["code"]) == (400, "shopweave_key_missing")


def test_ten_requests_with_one_key_at_once_are_applied_once(site: Site) -> None:
    one = managed(site, "TEN", "5000")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ask(site, {"id": one, "delta": -5}, key="ten").json(), range(10)))
    assert kept(site, one)[0] == "4995"
    assert sorted(one["replayed"] for one in answers) == [False] + [True] * 9


def test_a_process_that_dies_before_the_commit_has_done_nothing(site: Site) -> None:
    one = managed(site, "DIE-1", "5000")
    body = {"key": "die-1", "items": [{"id": one, "delta": -5}]}
    assert site.dies(site.asked_inside(ROUTE, body, at("before_commit", KILL))) == -9
    assert kept(site, one)[:2] == ["5000", "5000"]
    assert site.ask("POST", ROUTE, json=body).json()["replayed"] is False
    assert kept(site, one)[:2] == ["4995", "4995"]


@pytest.mark.parametrize("who", ["repeat", "sweep"])
def test_a_process_that_dies_after_the_commit_is_finished_by_the_next(site: Site, who: str) -> None:
    one = managed(site, f"DIE-2-{who}", "5")
    body = {"key": f"die-2-{who}", "items": [{"id": one, "delta": -5}]}
    assert site.dies(site.asked_inside(ROUTE, body, at("after_commit", KILL))) == -9
    assert kept(site, one) == ["0", "0", "instock", "instock"]
    if who == "repeat":
        assert site.ask("POST", ROUTE, json=body).json()["replayed"] is True
    else:
        site.run(
            "global $wpdb; $wpdb->query( 'UPDATE ' . Shopweave\\Tables::requests() . ' SET at = at - INTERVAL 1 HOUR' );"
            "do_action( 'shopweave_sweep' ); return 1;"
        )
    assert kept(site, one) == ["0", "0", "outofstock", "outofstock"]


@pytest.mark.parametrize("place", ["begun", "before_lock", "locked", "before_commit"])
def test_a_lost_connection_writes_nothing_and_says_so(site: Site, place: str) -> None:
    one = managed(site, f"CUT-{place}", "100")
    body = {"key": f"cut-{place}", "items": [{"id": one, "delta": -7}]}
    status, error = site.run(site.asked_inside(ROUTE, body, at(place, CUT)))
    assert (status, error["code"]) == (503, "shopweave_busy")
    assert kept(site, one)[:2] == ["100", "100"]
    assert (
        site.run(
            "global $wpdb; return $wpdb->get_col( \"SELECT k FROM {$wpdb->prefix}shopweave_request WHERE k LIKE 'cut-%' AND state = 0\" );"
        )
        == []
    )
    assert site.ask("POST", ROUTE, json=body).json()["items"][0]["after"] == 93
    assert kept(site, one)[:2] == ["93", "93"]


def test_five_hundred_items_take_few_queries_and_build_no_product(site: Site) -> None:
    ones = site.run('return standin_products( 500, "B", "100" );')
    items = [{"id": one, "delta": -1} for one in ones]
    queries, rows = counted(site, "five-hundred", items)
    assert queries <= 17
    assert {row["after"] for row in rows} == {99}


def test_variations_by_their_sku_take_one_query_more_whenever_they_come(site: Site) -> None:
    parent = site.product_of("variable", "QV")
    for number in range(3):
        site.product_of("", f"QV-{number}", parent, meta={"_stock": "5", **MANAGED})
    items = [{"sku": f"QV-{number}", "delta": -1} for number in range(3)]
    # Two within a second move the dates of the products only once.
    for number, after in enumerate((4, 3, 2)):
        queries, rows = counted(site, f"skus-{number}", items)
        assert [row["after"] for row in rows] == [after] * 3
        assert queries <= 18


def test_tables_without_transactions_are_told_and_nothing_is_written(site: Site) -> None:
    one = managed(site, "MYISAM", "5")
    body = {"key": "myisam", "items": [{"id": one, "delta": -1}]}
    try:
        engine(site, "MyISAM")
        status, error = site.run(site.asked_inside(ROUTE, body))
        assert (status, error["code"]) == (501, "shopweave_no_transactions")
        assert site.ask("GET", "/wc-shopweave/v1/check").json()["atomic_stock"] is False
    finally:
        engine(site, "InnoDB")
    assert kept(site, one)[:2] == ["5", "5"]
    assert site.ask("POST", ROUTE, json=body).json()["items"][0]["after"] == 4


def engine(site: Site, name: str) -> None:
    site.run(
        f'global $wpdb; return $wpdb->query( "ALTER TABLE {{$wpdb->prefix}}wc_product_meta_lookup ENGINE={name}" );'
    )


def counted(site: Site, key: str, items: list[dict[str, Any]]) -> Any:
    """Give how many queries a request takes, and its rows."""
    code = site.asked_inside(ROUTE, {"key": key, "items": items}).replace(
        "$found = rest", "global $wpdb; rest_get_server(); $from = $wpdb->num_queries; $found = rest"
    )
    return site.run(
        code.replace(
            "return array( $found->get_status(), $found->get_data() )",
            "return array( $wpdb->num_queries - $from, $found->get_data()['items'] )",
        )
    )


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"items": [{"id": [1], "delta": 1}]}, 400, "shopweave_bad_request", "id"),
        ({"items": [{"sku": ["a"], "delta": 1}]}, 400, "shopweave_bad_request", "sku"),
        ({"items": [{"id": 1, "delta": 1, "colour": 1}]}, 400, "shopweave_bad_request", "colour"),
        ({"items": [{"delta": 1}]}, 400, "shopweave_bad_request", "id"),
        ({"items": [{"id": 1}]}, 400, "shopweave_bad_request", "delta"),
        ({"items": [{"id": 1, "set": 1}]}, 400, "shopweave_bad_request", "expect"),
        ({"items": {"id": 1}}, 400, "shopweave_bad_request", "items"),
        ({"items": [{"id": 1, "delta": 1}] * 501}, 413, "shopweave_too_many", None),
    ],
)
def test_a_request_that_nobody_understands_is_refused_whole(
    site: Site, body: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    answer = site.ask("POST", ROUTE, json={"key": "bad", **body})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["data"].get("field") == field


def test_who_listens_hears_of_it(site: Site) -> None:
    one = managed(site, "HEARD", "5")
    listen = (
        "$GLOBALS['heard'] = array(); foreach ( array( 'woocommerce_updated_product_stock', 'woocommerce_product_set_stock',"
        " 'woocommerce_update_product' ) as $hook ) { add_action( $hook, function ( $x ) use ( $hook ) { $GLOBALS['heard'][] = $hook; } ); }"
    )
    code = site.asked_inside(ROUTE, {"key": "heard", "items": [{"id": one, "delta": 1}]}, listen)
    heard = site.run(
        code.replace("return array( $found->get_status(), $found->get_data() )", "return $GLOBALS['heard']")
    )
    assert heard == [
        "woocommerce_updated_product_stock",
        "woocommerce_product_set_stock",
        "woocommerce_update_product",
    ]


@pytest.mark.parametrize("hook", ["woocommerce_updated_product_stock", "woocommerce_product_set_stock"])
def test_woocommerces_own_listeners_are_nobody_and_others_with_its_prefix_are_somebody(
    site: Site, hook: str
) -> None:
    one = managed(site, f"PREFIX-{hook}", "5")
    other = f"class WC_Other {{ public static function hear() {{ $GLOBALS['other'] = 1; }} }} add_action( '{hook}', array( 'WC_Other', 'hear' ) );"
    told = "return array( $GLOBALS['standin_heard'] ?? 0, $GLOBALS['other'] ?? 0 )"

    def heard(key: str, before: str) -> Any:
        body = {"key": key, "items": [{"id": one, "delta": 1}]}
        code = site.asked_inside(ROUTE, body, before)
        return site.run(code.replace("return array( $found->get_status(), $found->get_data() )", told))

    assert heard(f"none-{hook}", "") == [0, 0]
    assert heard(f"other-{hook}", other)[1] == 1


def test_a_webhook_of_products_hears_of_each_of_fifty(site: Site) -> None:
    ones = [managed(site, f"HOOK-{number}", "5") for number in range(50)]
    items = [{"id": one, "delta": 1} for one in ones]
    site.run("update_option( 'standin_webhook', 'active' ); delete_option( 'standin_jobs' ); return 1;")
    try:
        assert ask(site, *items).status_code == 200
        assert site.run("return (int) get_option( 'standin_jobs' );") == 50
    finally:
        site.run("delete_option( 'standin_webhook' ); return 1;")
    ask(site, *items)
    assert site.run("return (int) get_option( 'standin_jobs' );") == 50


def test_woocommerce_finds_no_old_copy_of_a_row_that_was_written_past_it(site: Site) -> None:
    """With a cache that outlives the request it would think that the lookup table says so already."""
    one = managed(site, "CACHE", "5")
    code = f"standin_lookup( {one} ); update_post_meta( {one}, '_stock', '5' ); " + site.asked_inside(
        ROUTE, {"key": "cache", "items": [{"id": one, "delta": -2}]}
    )
    again = f"update_post_meta( {one}, '_stock', '5' ); standin_lookup( {one} ); return array("
    assert site.run(code.replace("return array(", again, 1))[0] == 200
    assert kept(site, one)[:2] == ["5", "5"]


@pytest.mark.parametrize(
    ("limit", "stock", "status"), [("-2", "3", "instock"), ("-2", "2", "outofstock"), ("", "1", "instock")]
)
def test_the_limit_of_stock_is_read_as_woocommerce_reads_it(
    site: Site, limit: str, stock: str, status: str
) -> None:
    one = managed(site, f"LIMIT-{limit}{stock}", "50")
    site.run(f"update_option( 'woocommerce_notify_no_stock_amount', '{limit}' ); return 1;")
    try:
        told(site, {"id": one, "set": int(stock), "expect": None})
        assert kept(site, one)[2:] == [status, status]
    finally:
        site.run("update_option( 'woocommerce_notify_no_stock_amount', '0' ); return 1;")


def test_keys_differ_by_their_letters_case_and_not_by_the_order_of_fields(site: Site) -> None:
    one = managed(site, "CASE", "50")
    for key in ("Case-key", "case-key"):
        assert ask(site, {"id": one, "delta": -1}, key=key).json()["replayed"] is False
    assert ask(site, {"delta": -1, "id": one}, key="case-key").json()["replayed"] is True
    assert kept(site, one)[0] == "48"


def test_nothing_below_nothing_is_nothing(site: Site) -> None:
    one = managed(site, "MINUS", "5")
    body = f'{{"key": "minus", "items": [{{"id": {one}, "set": -0, "expect": null}}]}}'
    head = {"content-type": "application/json"}
    assert site.ask("POST", ROUTE, content=body, headers=head).status_code == 200
    assert kept(site, one)[:2] == ["0", "0"]


def test_without_woocommerce_nothing_is_written(site: Site) -> None:
    one = managed(site, "ALONE", "5")
    site.run("deactivate_plugins( 'woocommerce/woocommerce.php' ); return 1;")
    try:
        known = site.ask("GET", "/wc-shopweave/v1/check", who="shop_manager").json()
        assert known["lacks"] == ["WooCommerce is not active."]
        body = {"key": "alone", "items": [{"id": one, "delta": 1}]}
        answer = site.ask("POST", ROUTE, who="shop_manager", json=body)
        assert (answer.status_code, answer.json()["code"]) == (501, "shopweave_no_woocommerce")
    finally:
        site.run("activate_plugin( 'woocommerce/woocommerce.php' ); return 1;")
    assert kept(site, one)[0] == "5"


def test_one_listener_that_fails_stops_neither_the_others_nor_the_answer(site: Site) -> None:
    bad, good = (managed(site, f"THROW-{number}", "5") for number in (1, 2))
    body = {"key": "throw", "items": [{"id": one, "delta": -5} for one in (bad, good)]}
    fail = f"add_action( 'woocommerce_product_set_stock', function ( $one ) {{ if ( {bad} === $one->get_id() ) {{ throw new Exception( 'no' ); }} }} );"
    status, answer = site.run(site.asked_inside(ROUTE, body, fail))
    assert (status, answer["unsettled"], sorted(answer["status_changed"])) == (200, [bad], [bad, good])
    assert [kept(site, one)[2] for one in (bad, good)] == ["outofstock"] * 2
    assert f"Product {bad} was written" in site.run("return get_option( 'standin_log' );")[-1]
    again = site.ask("POST", ROUTE, json=body).json()
    assert (again["replayed"], again.get("unsettled")) == (True, None)
    assert kept(site, bad)[0] == "0"


def test_orders_cancellations_and_batches_add_up(site: Site) -> None:
    ones = [managed(site, f"MIX-{number}", "1000") for number in range(4)]

    def buyer(number: int) -> int:
        lines = [{"product_id": one, "quantity": 2} for one in ones]
        made = site.ask("POST", "/wc/v3/orders", json={"status": "processing", "line_items": lines}).json()
        if number % 3:
            return 2
        site.ask("PUT", f"/wc/v3/orders/{made['id']}", json={"status": "cancelled"})
        return 0

    def batch(number: int) -> int:
        items = [{"id": one, "delta": 1} for one in (ones if number % 2 else reversed(ones))]
        assert ask(site, *items).status_code == 200
        return -1

    with ThreadPoolExecutor(16) as pool:
        taken = sum(pool.map(lambda number: (buyer, batch)[number % 2](number // 2), range(48)))
    assert {tuple(kept(site, one)[:2]) for one in ones} == {(str(1000 - taken),) * 2}
