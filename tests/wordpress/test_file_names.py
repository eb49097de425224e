"""File names of pictures: told first, then changed with every size and every text that names them."""

from typing import Any

import pytest

from tests.wordpress.site import Site

pytestmark = pytest.mark.wordpress
ROUTE = "/wc-shopweave/v1/fix-images"
MADE = """
$name = %s;
$folder = wp_upload_dir();
$picture = imagecreatetruecolor( %d, 400 );
imagejpeg( $picture, $folder['path'] . '/' . $name );
$id = wp_insert_attachment( array( 'post_mime_type' => 'image/jpeg', 'post_title' => 'x', 'guid' => 'http://guid.example/1' ), $folder['path'] . '/' . $name );
wp_update_attachment_metadata( $id, wp_generate_attachment_metadata( $id, $folder['path'] . '/' . $name ) );
$meta = wp_get_attachment_metadata( $id );
$first = $folder['url'] . '/' . $name;
$small = $folder['url'] . '/' . $meta['sizes']['thumbnail']['file'];
$text = "<img src='$first'><img src='$small'><a href='" . $folder['url'] . '/' . rawurlencode( $name ) . "'>x</a>";
$post = wp_insert_post( array( 'post_title' => 'page', 'post_content' => $text ) );
return array( $id, $post, count( $meta['sizes'] ) );
"""


def made(site: Site, name: str, width: int = 600) -> list[int]:
    found: list[int] = site.run(MADE % (f"'{name}'", width))
    return found


def fixed(site: Site, *, after: int, dry: bool = False) -> list[dict[str, Any]]:
    answer = site.ask("POST", ROUTE, json={"dry_run": dry, "after_id": after})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


@pytest.mark.seed("SIT-129", "SIT-130")
def test_a_picture_is_renamed_with_all_that_names_it(site: Site) -> None:
    picture, page, sizes = made(site, "Дрель-750Вт.jpg", 3000)
    told = fixed(site, after=picture - 1, dry=True)[0]
    assert (told["files"], told["references"]) == (sizes + 2, 3)
    assert told["old"].endswith("Дрель-750Вт-scaled.jpg")
    assert told["new"].endswith("/750-scaled.jpg")
    assert site.run(f"return get_post_meta( {picture}, '_wp_attached_file', true );") == told["old"]
    assert fixed(site, after=picture - 1)[0] == told
    url, content, guid = site.run(
        f"return array( wp_get_attachment_url( {picture} ), get_post( {page} )->post_content, get_post( {picture} )->guid );"
    )
    assert url.endswith("/750-scaled.jpg")
    assert "Дрель" not in content
    assert "%D0" not in content
    assert content.count("/750") == 3
    assert guid == "http://guid.example/1"
    gone, kept = site.run(
        f"$base = dirname( get_attached_file( {picture} ) ); $meta = wp_get_attachment_metadata( {picture} );"
        "return array( glob( $base . '/Дрель*' ), array_map( fn( $one ) => file_exists( $base . '/' . $one['file'] ), array_values( $meta['sizes'] ) ) );"
    )
    assert gone == []
    assert kept == [True] * sizes
    assert fixed(site, after=picture - 1) == []


def test_a_name_without_a_plain_letter_and_a_name_that_is_taken(site: Site) -> None:
    empty, _, _ = made(site, "日本.jpg")
    made(site, "kettle-1a.jpg")
    taken, _, _ = made(site, "kettle–1a.jpg")
    rows = {row["id"]: row["new"].rpartition("/")[2] for row in fixed(site, after=empty - 1)}
    assert rows == {empty: f"image-{empty}.jpg", taken: "kettle-1a-1.jpg"}


def test_the_feed_tells_of_renamed_pictures(site: Site) -> None:
    picture, _, _ = made(site, "чай.jpg")
    before = site.ask("GET", "/wc-shopweave/v1/check").json()["newest"]
    fixed(site, after=picture - 1)
    rows = site.ask("GET", "/wc-shopweave/v1/changes", params={"after": before}).json()["rows"]
    assert ("image", picture, "hub") in [(row["kind"], row["id"], row["source"]) for row in rows]
