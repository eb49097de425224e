"""Pictures by address, upload and number: each taken in once, the product saved, what is dangerous refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.wordpress.pictures import Pictures, pictures, png
from tests.wordpress.site import Site

pytestmark = [pytest.mark.long(20), pytest.mark.wordpress]
ICECAT = "/icecat/v1/set-image"
HUB = "/wc-shopweave/v1/set-image"
MANAGER = "shop_manager"


@pytest.fixture(scope="module")
def remote() -> Iterator[Pictures]:
    with pictures() as found:
        yield found


def _modified(site: Site, product: int) -> str:
    found: str = site.run(f"return get_post( {product} )->post_modified_gmt;")
    return found


def _aged(site: Site, product: int) -> None:
    site.run(
        "global $wpdb; $wpdb->update( $wpdb->posts, array( 'post_modified_gmt' => '2020-01-01 00:00:00' ),"
        f" array( 'ID' => {product} ) ); return 1;"
    )


@pytest.mark.seed("ICE-09")
def test_a_product_gets_its_picture_and_the_pollers_see_it(site: Site, remote: Pictures) -> None:
    product = site.product("IMG-1")
    _aged(site, product)
    body = {"product_id": product, "image_url": f"{remote.url}/first.png", "alt": "A kettle"}
    answer = site.ask("POST", ICECAT, who=MANAGER, json=body)
    assert answer.status_code == 201
    media = answer.json()["media_id"]
    assert answer.json() == {"set": True, "media_id": media}
    assert site.run(f"return get_post_meta( {product}, '_thumbnail_id', true );") == str(media)
    assert site.run(f"return get_post_meta( {media}, '_wp_attachment_image_alt', true );") == "A kettle"
    assert _modified(site, product) > "2026"


@pytest.mark.seed("ICE-22")
def test_a_product_that_has_a_picture_keeps_it_unless_forced(site: Site, remote: Pictures) -> None:
    product = site.product("IMG-2")
    body = {"product_id": product, "image_url": f"{remote.url}/own.png"}
    own = site.ask("POST", ICECAT, who=MANAGER, json=body).json()["media_id"]
    other = {**body, "image_url": f"{remote.url}/other.png"}
    kept = site.ask("POST", ICECAT, who=MANAGER, json=other)
    assert (kept.status_code, kept.json()) == (200, {"set": False, "media_id": own})
    assert remote.asked["/other.png"] == 0
    forced = site.ask("POST", ICECAT, who=MANAGER, json={**other, "force": True})
    assert forced.status_code == 201
    assert forced.json()["media_id"] != own


def test_one_address_is_fetched_once_and_one_content_is_kept_once(site: Site, remote: Pictures) -> None:
    product = site.product("IMG-3")
    first = site.ask("POST", HUB, json={"id": product, "url": f"{remote.url}/ok.png"}).json()
    assert (first["reused"], first["changed"], len(first["sha256"])) == (False, True, 64)
    _aged(site, product)
    again = site.ask("POST", HUB, json={"id": product, "url": f"{remote.url}/ok.png"}).json()
    assert again == {**first, "reused": True, "changed": False}
    assert _modified(site, product) == "2020-01-01 00:00:00"
    hopped = site.ask("POST", HUB, json={"id": product, "url": f"{remote.url}/hop.png"}).json()
    assert hopped["attachment"] != 0
    assert remote.asked["/ok.png"] == 2
    assert hopped == {**first, "reused": True, "changed": False}


def test_eight_requests_at_once_take_a_picture_in_once(site: Site, remote: Pictures) -> None:
    products = [site.product(f"IMG-AT-{number}") for number in range(4)]

    def one(product: int) -> int:
        body = {"id": product, "url": f"{remote.url}/at-once.png"}
        media: int = site.ask("POST", HUB, json=body).json()["attachment"]
        return media

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, products * 2))) == 1
    assert remote.asked["/at-once.png"] == 1


def test_the_gallery_grows_by_each_picture_once(site: Site, remote: Pictures) -> None:
    product = site.product("IMG-4")
    for name in ("g1", "g2", "g1"):
        body = {"id": product, "url": f"{remote.url}/{name}.png", "place": "gallery"}
        assert site.ask("POST", HUB, json=body).json()["changed"] == (remote.asked["/g1.png"] != 2)
        if name == "g2":
            remote.asked["/g1.png"] += 1
    kept = site.run(f"return get_post_meta( {product}, '_product_image_gallery', true );")
    assert len(kept.split(",")) == 2


def test_a_file_or_a_number_does_as_well_as_an_address(site: Site) -> None:
    product = site.product("IMG-5")
    sent = site.ask(
        "POST",
        HUB,
        data={"id": str(product)},
        files={"image": ("Kettle ä.jpg", png(shade=77), "image/jpeg")},
    ).json()
    assert sent["changed"]
    file = site.run(f"return basename( get_attached_file( {sent['attachment']} ) );")
    assert file == "Kettle-a.png"
    other = site.product("IMG-6")
    known = site.ask("POST", HUB, json={"id": other, "media_id": sent["attachment"]}).json()
    assert known == {**sent, "reused": True}


def test_a_file_alone_is_kept_once_under_its_name(site: Site) -> None:
    head = {"content-type": "image/png", "content-disposition": 'attachment; filename="sw-1.png"'}
    answers = [
        site.ask("POST", "/wc-shopweave/v1/pictures", content=png(shade=99), headers=head) for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [201, 200]
    first, again = (one.json() for one in answers)
    assert again == {**first, "reused": True}
    assert site.run(f"return basename( get_attached_file( {first['id']} ) );") == "sw-1.png"
    bad = site.ask("POST", "/wc-shopweave/v1/pictures", content=b"<svg/>", headers=head)
    assert (bad.status_code, bad.json()["data"]["reason"]) == (422, "type")


@pytest.mark.parametrize(
    ("path", "status", "reason"),
    [
        ("/gone.png", 502, "status"),
        ("/loop.png", 502, "redirects"),
        ("/inside.png", 422, "address"),
        ("/odd.png", 422, "address"),
        ("/html.png", 422, "type"),
        ("/code.png", 422, "type"),
        ("/drawing.png", 422, "type"),
        ("/empty.png", 422, "type"),
        ("/large.png", 422, "too_big"),
        ("/wide.png", 422, "too_many_pixels"),
    ],
)
def test_a_bad_picture_is_refused_with_its_reason(
    site: Site, remote: Pictures, path: str, status: int, reason: str
) -> None:
    product = site.product("IMG-BAD")
    answer = site.ask("POST", HUB, json={"id": product, "url": remote.url + path})
    assert (answer.status_code, answer.json()["data"]["reason"]) == (status, reason)
    assert site.run(f"return get_post_meta( {product}, '_thumbnail_id', true );") == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/a.png",
        "http://100.64.0.1/a.png",
        "http://169.254.169.254/latest",
        "http://[::1]/a.png",
        "http://user:pass@127.0.0.1/a.png",
        "file:///etc/passwd",
        "http://0.0.0.0/a.png",
        "nonsense",
    ],
)
def test_an_address_that_is_not_public_is_never_asked(site: Site, url: str) -> None:
    answer = site.ask("POST", HUB, json={"id": site.product("IMG-ADR"), "url": url})
    assert (answer.status_code, answer.json()["data"]["reason"]) == (422, "address")


def test_what_is_missing_is_named(site: Site) -> None:
    product = site.product("IMG-7")
    nothing = site.ask("POST", HUB, json={"id": product})
    assert (nothing.status_code, nothing.json()["code"]) == (400, "shopweave_bad_request")
    no_picture = site.ask("POST", HUB, json={"id": product, "media_id": product})
    assert no_picture.json()["code"] == "shopweave_image_refused"
    missing = site.ask("POST", ICECAT, who=MANAGER, json={"image_url": "https://a.example/b.png"})
    assert missing.json()["code"] == "rest_missing_callback_param"
    trashed = site.product("IMG-8")
    site.run(f"wp_trash_post( {trashed} ); return 1;")
    gone = site.ask("POST", HUB, json={"id": trashed, "url": "https://a.example/b.png"})
    assert (gone.status_code, gone.json()["code"]) == (404, "shopweave_unknown_product")
