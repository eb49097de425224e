"""The feed of changes: every cause makes a row, and a reader misses none however late it becomes visible."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.wordpress.site import PARTS, Site

pytestmark = [pytest.mark.long(40), pytest.mark.wordpress]
ROUTE = "/wc-shopweave/v1/changes"
RAW = "global $wpdb; $table = Shopweave\\Tables::changes(); "


def newest(site: Site) -> int:
    found: int = site.run(RAW + 'return (int) $wpdb->get_var( "SELECT MAX(n) FROM $table" );')
    return found


def read(site: Site, after: int, **query: Any) -> Any:
    answer = site.ask("GET", ROUTE, params={"after": after, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


def pairs(site: Site, code: str) -> list[tuple[str, int]]:
    """Run something in a process of its own and give what the feed says of it."""
    before = newest(site)
    site.run(f"{code} return 1;")
    return [(row["kind"], row["id"]) for row in read(site, before)["rows"]]


@pytest.fixture(scope="module", autouse=True)
def _a_first_row(site: Site) -> None:
    site.product("FEED-0")


@pytest.mark.parametrize(
    "code",
    [
        "update_post_meta( $id, '_stock', '77' );",
        "update_post_meta( $id, '_regular_price', '7' );",
        "wp_update_post( array( 'ID' => $id, 'post_title' => 'New' ) );",
        "wc_get_product( $id )->save();",
        "do_action( 'woocommerce_updated_product_stock', $id );",
        "do_action( 'woocommerce_product_set_stock', wc_get_product( $id ) );",
        "add_post_meta( $id, '_thumbnail_id', '1' );",
        "wp_set_object_terms( $id, 'cups', 'product_cat' );",
        "wp_trash_post( $id );",
        "wp_trash_post( $id ); wp_untrash_post( $id );",
        "wp_delete_post( $id, true );",
    ],
)
def test_whatever_changes_a_product_makes_one_row_for_it(site: Site, code: str) -> None:
    product = site.product("FEED-1")
    found = pairs(site, f"$id = {product}; {code}")
    assert found.count(("product", product)) == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("$id = wp_insert_term( uniqid(), 'product_cat' )['term_id'];", "category"),
        ("wp_update_term( $id, 'product_cat', array( 'name' => uniqid() ) );", "category"),
        ("add_term_meta( $id, 'thumbnail_id', 5 );", "category"),
        ("wp_delete_term( $id, 'product_cat' );", "category"),
    ],
)
def test_categories_make_rows(site: Site, code: str, kind: str) -> None:
    term = site.run("return wp_insert_term( uniqid(), 'product_cat' )['term_id'];")
    found = pairs(site, f"$id = {term}; {code}")
    assert [one for one, _ in found] == [kind]


@pytest.mark.parametrize(
    ("hook", "kind"),
    [
        ("woocommerce_new_order", "order"),
        ("woocommerce_update_order", "order"),
        ("woocommerce_order_status_changed", "order"),
        ("woocommerce_order_refunded", "order"),
        ("woocommerce_trash_order", "order"),
        ("woocommerce_update_coupon", "coupon"),
        ("woocommerce_attribute_updated", "attribute"),
        ("edit_attachment", "image"),
    ],
)
def test_orders_coupons_attributes_and_pictures_make_rows(site: Site, hook: str, kind: str) -> None:
    assert pairs(site, f"do_action( '{hook}', 4711, 1, 2 );") == [(kind, 4711)]


@pytest.mark.parametrize(
    ("code", "pair"),
    [
        ("( new WC_Coupon( 4712 ) )->increase_usage_count();", ("coupon", 4712)),
        ("( new WC_Coupon( 4713 ) )->decrease_usage_count();", ("coupon", 4713)),
        ("do_action( 'woocommerce_refund_deleted', 5, 4714 );", ("order", 4714)),
        (
            "do_action( 'woocommerce_rest_delete_shop_order_refund_object', null, null, array( 'order_id' => 4715 ) );",
            ("order", 4715),
        ),
    ],
)
def test_what_woocommerce_tells_with_another_first_argument_is_understood(
    site: Site, code: str, pair: tuple[str, int]
) -> None:
    assert pairs(site, code) == [pair]


def test_a_note_makes_a_row_though_no_date_moves(site: Site) -> None:
    order = site.order("processing")
    assert pairs(site, f"wc_get_order( {order} )->add_order_note( 'Hello' );") == [("order", order)]


def test_a_term_that_is_added_or_taken_away_alone_makes_a_row(site: Site) -> None:
    product = site.product("FEED-T")
    term = site.run("return wp_insert_term( uniqid(), 'product_cat' )['term_id'];")
    added = f"wp_set_object_terms( {product}, array( {term} ), 'product_cat', true );"
    assert pairs(site, added) == [("product", product)]
    assert pairs(site, added) == []
    assert pairs(site, f"wp_remove_object_terms( {product}, array( {term} ), 'product_cat' );") == [
        ("product", product)
    ]


def test_metas_of_other_terms_are_none_of_the_shops(site: Site) -> None:
    code = "$id = wp_insert_term( uniqid(), 'category' )['term_id']; add_term_meta( $id, 'thumbnail_id', 5 );"
    assert pairs(site, code) == []


def test_a_parent_is_told_of_when_it_is_right_and_not_before(site: Site) -> None:
    """WooCommerce brings parents right when a request ends; whoever reads at once must find them so."""
    parent = site.product_of("variable", "FEED-D")
    one = site.product_of("", "FEED-DV", parent, meta={"_regular_price": "3", "_price": "3"})
    before = newest(site)
    seen = (
        "add_filter( 'query', function ( $sql ) { if ( false !== strpos( $sql, 'INSERT INTO' ) && false !== strpos( $sql,"
        f" 'shopweave_change' ) ) {{ update_option( 'standin_price', get_post_meta( {parent}, '_price', true ), false ); }} return $sql; }} );"
    )
    site.run(
        f"{seen} $one = wc_get_product( {one} ); $one->set_regular_price( '9' ); $one->save(); return 1;"
    )
    assert site.run("return get_option( 'standin_price' );") == "9"
    found = sorted((row["kind"], row["id"]) for row in read(site, before)["rows"])
    assert found == [("product", parent), ("variation", one)]


def test_a_long_request_tells_before_its_end(site: Site) -> None:
    before = newest(site)
    code = "for ( $i = 1; $i < 502; $i++ ) { do_action( 'woocommerce_update_order', 600000 + $i ); }"
    assert site.dies(f"{code} posix_kill( getmypid(), 9 );") == -9
    assert len(read(site, before)["rows"]) == 500


def test_what_others_change_because_of_the_hub_is_the_shops(site: Site) -> None:
    one, other = (site.product(f"FEED-O{number}", _manage_stock="yes", _stock="5") for number in (1, 2))
    follow = f"add_action( 'woocommerce_product_set_stock', function () {{ update_post_meta( {other}, '_stock', '1' ); }} );"
    body = {"key": "feed-o", "items": [{"id": one, "delta": -1}]}
    before = newest(site)
    site.run(site.asked_inside("/wc-shopweave/v1/stock", body, follow))
    assert [(row["id"], row["source"]) for row in read(site, before)["rows"]] == [
        (one, "hub"),
        (other, "shop"),
    ]


def test_the_hubs_rows_leave_no_gap_behind_them(site: Site) -> None:
    """A gap would keep readers from what the shop changes next."""
    ones = [site.product(f"FEED-G{number}", _manage_stock="yes", _stock="5") for number in range(5)]
    before = newest(site)
    body = {"key": "feed-gap", "items": [{"id": one, "delta": -1} for one in ones]}
    assert site.ask("POST", "/wc-shopweave/v1/stock", json=body).status_code == 200
    site.run(f"wc_get_product( {ones[0]} )->save(); return 1;")
    found = read(site, before)
    assert ([row["n"] for row in found["rows"]], found["held_back"]) == (
        list(range(before + 1, before + 7)),
        0,
    )


def test_a_draft_of_the_checkout_is_no_order_until_it_is_placed(site: Site) -> None:
    assert pairs(site, "standin_order( 'checkout-draft' );") == []
    order = site.order("checkout-draft")
    placed = (
        f"global $wpdb; $wpdb->update( $wpdb->prefix . 'wc_orders', array( 'status' => 'wc-pending' ), array( 'id' => {order} ) );"
        f"do_action( 'woocommerce_update_order', {order}, wc_get_order( {order} ) );"
    )
    assert pairs(site, placed) == [("order", order)]


def test_a_variation_tells_of_its_parent_too(site: Site) -> None:
    parent = site.product_of("variable", "FEED-P")
    one = site.product_of("", "FEED-V", parent)
    found = pairs(site, f"update_post_meta( {one}, '_price', '3' );")
    assert sorted(found) == [("product", parent), ("variation", one)]


def test_what_changes_nothing_makes_no_row(site: Site) -> None:
    product = site.product("FEED-2")
    site.run(f"wp_set_object_terms( {product}, 'cups', 'product_cat' ); return 1;")
    assert pairs(site, f"wp_set_object_terms( {product}, 'cups', 'product_cat' );") == []
    raw = f"global $wpdb; $wpdb->update( $wpdb->postmeta, array( 'meta_value' => '1' ), array( 'post_id' => {product} ) );"
    assert pairs(site, raw) == []


def test_stock_written_by_the_hub_makes_one_row_that_says_so(site: Site) -> None:
    product = site.product("FEED-3", _manage_stock="yes", _stock="5")
    before = newest(site)
    body = {"key": "feed-3", "items": [{"id": product, "delta": -5}]}
    change = site.ask("POST", "/wc-shopweave/v1/stock", json=body).json()["change"]
    rows = read(site, before)["rows"]
    assert [(row["n"], row["id"], row["what"], row["source"]) for row in rows] == [
        (change, product, "stock", "hub")
    ]


def test_a_reader_stops_before_a_number_that_may_still_come(site: Site) -> None:
    last = newest(site)
    site.run(RAW + "$wpdb->query( \"INSERT INTO $table (n, kind, id, what, source, at) VALUES"
             f" ({last + 1}, 'order', 1, 'paid', 'shop', UTC_TIMESTAMP(6)), ({last + 3}, 'order', 3, 'paid', 'shop', UTC_TIMESTAMP(6))\" ); return 1;")  # fmt: skip
    first = read(site, last)
    assert ([row["n"] for row in first["rows"]], first["next"], first["held_back"]) == (
        [last + 1],
        last + 1,
        1,
    )
    site.run(RAW + "$wpdb->query( \"INSERT INTO $table (n, kind, id, what, source, at) VALUES"
             f" ({last + 2}, 'order', 2, 'paid', 'shop', UTC_TIMESTAMP(6))\" ); return 1;")  # fmt: skip
    assert [row["n"] for row in read(site, last + 1)["rows"]] == [last + 2, last + 3]


def test_a_number_that_never_came_is_passed_after_a_while(site: Site) -> None:
    last = newest(site)
    site.run(RAW + "$wpdb->query( \"INSERT INTO $table (n, kind, id, what, source, at) VALUES"
             f" ({last + 5}, 'order', 5, 'paid', 'shop', UTC_TIMESTAMP(6) - INTERVAL 11 SECOND)\" ); return 1;")  # fmt: skip
    assert [row["n"] for row in read(site, last)["rows"]] == [last + 5]


def test_a_database_that_counts_in_steps_is_told_of(site: Site) -> None:
    code = "wp_set_current_user( 1 ); global $wpdb; $wpdb->query( 'SET SESSION auto_increment_increment = 3' ); return Shopweave\\Check::answer()['lacks'];"
    assert any("in steps" in one for one in site.run(code))
    assert site.ask("GET", "/wc-shopweave/v1/check").json()["lacks"] == []


def test_pages_follow_each_other(site: Site) -> None:
    last = newest(site)
    site.run("Shopweave\\Feed::add( array_fill( 0, 5, array( 'order', 9, 'paid' ) ) ); return 1;")
    first = read(site, last, limit=3)
    assert (len(first["rows"]), first["more"]) == (3, True)
    second = read(site, first["next"], limit=3)
    assert (len(second["rows"]), second["more"], second["next"]) == (2, False, last + 5)


def test_a_feed_that_is_not_this_one_is_lost(site: Site) -> None:
    known = site.ask("GET", "/wc-shopweave/v1/check").json()
    assert read(site, 0, feed=known["feed"])["feed"] == known["feed"]
    for query in ({"after": 0, "feed": "other"}, {"after": known["newest"] + 1000}):
        answer = site.ask("GET", ROUTE, params=query)
        assert (answer.status_code, answer.json()["code"]) == (410, "shopweave_feed_lost")


def test_old_rows_go_and_the_newest_stays(site: Site) -> None:
    newest_before = newest(site)
    site.run(RAW + "$wpdb->query( \"UPDATE $table SET at = at - INTERVAL 20 DAY\" ); do_action( 'shopweave_upkeep' ); return 1;")  # fmt: skip
    assert [row["n"] for row in read(site, 0)["rows"]] == [newest_before]
    lost = site.ask("GET", ROUTE, params={"after": 1})
    assert lost.status_code == 410


WRITER = """
global $wpdb;
for ( $i = 0; $i < 1500; $i++ ) {
    $wpdb->query( 'START TRANSACTION' );
    Shopweave\\Feed::add( array( array( 'order', %d * 10000 + $i, 'paid' ) ) );
    if ( 0 === $i %% 50 ) { usleep( 20000 ); }
    $wpdb->query( 'COMMIT' );
    if ( 700 === $i && %d < 3 ) {
        $wpdb->query( 'START TRANSACTION' );
        Shopweave\\Feed::add( array( array( 'order', 1, 'paid' ) ) );
        $wpdb->query( 'ROLLBACK' );
    }
}
return 1;
"""


def _writes(site: Site, number: int) -> int:
    code = WRITER % (number + 1, number)
    command = ["php", str(PARTS / "run.php")]
    return subprocess.run(
        command, cwd=site.folder, input=code, text=True, check=False, capture_output=True
    ).returncode


@pytest.mark.pain("openlinker-project/openlinker:docs/lessons.md")
def test_eight_writers_and_a_reader_lose_nothing_and_double_nothing(site: Site) -> None:
    after = newest(site)
    found: list[int] = []
    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(_writes, site, number) for number in range(8)]
        for _ in range(2000):
            page = read(site, after)
            found += [row["id"] for row in page["rows"]]
            after = page["next"]
            if len(found) >= 12_000:
                break
    assert [one.result() for one in writers] == [0] * 8
    assert len(found) == len(set(found)) == 12_000
    assert read(site, after)["rows"] == []
