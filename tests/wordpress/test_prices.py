"""Prices: plain ones at once, others by the product, each refused alone, a repeated request done once."""

from typing import Any

import pytest

from tests.wordpress.site import Site

pytestmark = pytest.mark.wordpress
ROUTE = "/wc-shopweave/v1/prices"
PLAIN = {"_regular_price": "10", "_price": "10"}


def ask(site: Site, key: str, *items: dict[str, Any]) -> Any:
    answer = site.ask("POST", ROUTE, json={"key": key, "items": list(items)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def kept(site: Site, product: int) -> list[str]:
    found: list[str] = site.run(
        f"return array_map( fn( $key ) => get_post_meta( {product}, $key, true ),"
        " array( '_regular_price', '_price', '_sale_price' ) );"
    )
    return found


def test_a_plain_price_goes_the_fast_way_with_its_copy_and_its_change(site: Site) -> None:
    one = site.product("PR-1", **PLAIN)
    answer = ask(site, "pr-1", {"id": one, "regular": "12.50"})
    assert answer["items"] == [{"id": one, "ok": True, "way": "fast"}]
    assert kept(site, one) == ["12.50", "12.50", ""]
    copy = site.run(
        f'global $wpdb; return $wpdb->get_row( "SELECT min_price, max_price FROM {{$wpdb->prefix}}wc_product_meta_lookup WHERE product_id = {one}", ARRAY_N );'
    )
    assert [float(value) for value in copy] == [12.5, 12.5]
    rows = site.ask("GET", "/wc-shopweave/v1/changes", params={"after": answer["change"] - 1}).json()["rows"]
    assert ("product", one, "price", "hub") in [
        (row["kind"], row["id"], row["what"], row["source"]) for row in rows
    ]


def test_sales_and_variations_go_by_the_product(site: Site) -> None:
    one = site.product("PR-2", **PLAIN)
    parent = site.product_of("variable", "PR-P")
    child = site.product_of("", "PR-V", parent, meta=PLAIN)
    answer = ask(
        site,
        "pr-2",
        {"id": one, "regular": "20", "sale": "15.5", "from": "2020-01-01", "to": None},
        {"id": child, "regular": "21"},
    )
    assert [row["way"] for row in answer["items"]] == ["object", "object"]
    assert kept(site, one) == ["20", "15.5", "15.5"]
    assert kept(site, child) == ["21", "21", ""]
    back = ask(site, "pr-2b", {"id": one, "regular": "20", "sale": ""})
    assert back["items"][0]["way"] == "object"
    assert kept(site, one) == ["20", "20", ""]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"regular": "12,50"}, "bad_number"),
        ({"regular": "1e3"}, "bad_number"),
        ({"regular": 12.5}, "bad_number"),
        ({"regular": "-1"}, "bad_number"),
        ({"regular": "10", "sale": "10"}, "bad_sale"),
        ({"sale": "11"}, "bad_sale"),
    ],
)
def test_a_price_that_is_none_is_refused_alone(site: Site, item: dict[str, Any], code: str) -> None:
    bad, good = site.product("PR-3", **PLAIN), site.product("PR-4", **PLAIN)
    answer = ask(site, f"pr-{item}"[:64].replace(" ", ""), {"id": bad, **item}, {"id": good, "regular": "3"})
    assert [row.get("code", "ok") for row in answer["items"]] == [code, "ok"]
    assert (kept(site, bad)[0], kept(site, good)[0]) == ("10", "3")


def test_of_two_items_for_one_product_the_last_counts(site: Site) -> None:
    one = site.product("PR-7", **PLAIN)
    answer = ask(
        site, "pr-7", {"id": one, "regular": "20", "sale": "15"}, {"id": one, "regular": "5", "sale": ""}
    )
    assert [row["way"] for row in answer["items"]] == ["object", "object"]
    assert kept(site, one) == ["5", "5", ""]


def test_a_repeated_request_is_answered_again_and_writes_nothing(site: Site) -> None:
    one = site.product("PR-5", **PLAIN)
    first = ask(site, "pr-5", {"id": one, "regular": "11"})
    site.run(f"update_post_meta( {one}, '_regular_price', '99' ); return 1;")
    assert ask(site, "pr-5", {"id": one, "regular": "11"}) == {**first, "replayed": True}
    assert kept(site, one)[0] == "99"


def test_what_was_cut_off_after_the_commit_is_finished_by_the_sweep(site: Site) -> None:
    one = site.product("PR-6", **PLAIN)
    body = {"key": "pr-6", "items": [{"id": one, "regular": "20", "sale": "15"}]}
    kill = "add_action( 'shopweave_transaction', function ( $at ) { if ( 'after_commit' === $at ) { posix_kill( getmypid(), 9 ); } } );"
    assert site.dies(site.asked_inside(ROUTE, body, kill)) == -9
    assert kept(site, one)[0] == "10"
    site.run(
        "global $wpdb; $wpdb->query( 'UPDATE ' . Shopweave\\Tables::requests() . ' SET at = at - INTERVAL 1 HOUR' );"
        "do_action( 'shopweave_sweep' ); return 1;"
    )
    assert kept(site, one) == ["20", "15", "15"]
