"""The plug-in as a package: it builds, is valid PHP, says what it is, and leaves nothing behind."""

import re
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest
from tools.plugin import SOURCE, build, version
from tools.wordpress import OF_DEBIAN, VERSIONS, archive

from shopweave.simulators.woocommerce.plugin import routes
from tests.services import missing
from tests.wordpress.site import Site, wordpress

pytestmark = [pytest.mark.long(30), pytest.mark.wordpress]
LEFT = """
global $wpdb;
$tables  = $wpdb->get_col( "SHOW TABLES LIKE '%shopweave%'" );
$options = $wpdb->get_col( "SELECT option_name FROM {$wpdb->options} WHERE option_name LIKE '%shopweave%'" );
$metas   = $wpdb->get_col( "SELECT meta_key FROM {$wpdb->postmeta} WHERE meta_key LIKE '%shopweave%'" );
return array( $tables, $options, $metas, (bool) wp_next_scheduled( 'shopweave_upkeep' )
    || wp_next_scheduled( 'shopweave_sweep' ) );
"""


def test_every_file_is_valid_php() -> None:
    try:
        files = [str(one) for one in sorted(SOURCE.rglob("*.php"))]
        for file in files:
            subprocess.run(["php", "-l", file], check=True, capture_output=True)
    except FileNotFoundError:
        missing("wordpress", "there is no PHP")
    assert len(files) > 10


def test_every_file_keeps_the_guard_and_indents_by_tabs() -> None:
    for file in SOURCE.rglob("*.php"):
        text = file.read_text("utf-8")
        assert re.search(r"^defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;$", text, re.MULTILINE)
        assert not re.search(r"^ +[^ *]", text, re.MULTILINE), file


@pytest.mark.seed("FLN-23")
def test_the_zip_has_one_folder_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    first = build(tmp_path).read_bytes()
    path = build(tmp_path)
    assert path.read_bytes() == first
    assert path.name == f"shopweave-{version()}.zip"
    names = ZipFile(path).namelist()
    assert {"shopweave/shopweave.php", "shopweave/readme.txt", "shopweave/LICENSE"} <= set(names)
    assert all(name.startswith("shopweave/") for name in names)
    assert f"Stable tag: {version()}" in (SOURCE / "readme.txt").read_text("utf-8")
    assert f"= {version()} =" in (SOURCE / "readme.txt").read_text("utf-8")
    assert version() == routes.VERSION
    assert f"const VERSION = '{version()}';" in (SOURCE / "shopweave.php").read_text("utf-8")


@pytest.mark.seed("SIT-131", by="docs")
def test_whoever_renames_pictures_is_told_to_back_up_first() -> None:
    for path in (Path("docs/how-to/companion-plugin.md"), SOURCE / "readme.txt"):
        assert "make a backup first" in path.read_text("utf-8")


@pytest.mark.parametrize("release", [*VERSIONS, *OF_DEBIAN])
def test_it_activates_without_a_word_and_uninstalls_without_a_trace(tmp_path: Path, release: str) -> None:
    if release in OF_DEBIAN and not archive(release).exists():
        pytest.skip(f"apt has no WordPress {release} for this machine")
    with wordpress(tmp_path / release, release, workers=1) as site:
        assert site.ask("GET", "/wc-shopweave/v1/check").json()["wordpress"].startswith(release)
        tables, options, _, planned = site.run(LEFT)
        assert len(tables) == 2
        assert "shopweave_feed" in options
        assert planned
        told = {
            "ping_url": f"{site.url}/hooks",
            "ping_secret": "a-secret-of-the-hub",
            "quiet_analytics": True,
        }
        assert site.ask("POST", "/wc-shopweave/v1/settings", json=told).status_code == 200
        site.run("set_transient( 'shopweave_ping_paused', '1', 60 ); return 1;")
        site.run("deactivate_plugins( 'shopweave/shopweave.php' ); return 1;")
        assert not site.run(LEFT)[3]
        site.run("uninstall_plugin( 'shopweave/shopweave.php' ); return 1;")
        assert site.run(LEFT) == [[], [], [], False]
        assert site.log == ""


NETWORK = """
define( 'WP_INSTALLING_NETWORK', true );
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
global $wpdb;
foreach ( $wpdb->tables( 'ms_global' ) as $name => $table ) { $wpdb->$name = $table; }
install_network();
return true === populate_network( 1, '127.0.0.1', 'a@shop.example', 'Shops', '/', false );
"""
CONSTANTS = """
define( 'MULTISITE', true );
define( 'SUBDOMAIN_INSTALL', false );
define( 'DOMAIN_CURRENT_SITE', '127.0.0.1' );
define( 'PATH_CURRENT_SITE', '/' );
define( 'SITE_ID_CURRENT_SITE', 1 );
define( 'BLOG_ID_CURRENT_SITE', 1 );
$table_prefix"""
SECOND = """
$second = wpmu_create_blog( '127.0.0.1', '/second/', 'Second', 1 );
switch_to_blog( $second );
Shopweave\\Tables::upgrade();
restore_current_blog();
return $second;
"""


def test_every_site_of_a_network_is_left_clean(tmp_path: Path) -> None:
    with wordpress(tmp_path / "network", workers=1) as site:
        assert site.run(NETWORK) is True
        config = site.folder / "wp-config.php"
        config.write_text(config.read_text("utf-8").replace("$table_prefix", CONSTANTS, 1), "utf-8")
        assert site.run(SECOND) == 2
        assert len(site.run(LEFT)[0]) == 4
        site.run("deactivate_plugins( 'shopweave/shopweave.php' ); return 1;")
        site.run("uninstall_plugin( 'shopweave/shopweave.php' ); return 1;")
        assert site.run(LEFT)[0] == []
        assert site.run(f"switch_to_blog( 2 ); {LEFT}") == [[], [], [], False]


def test_a_site_that_was_updated_without_activation_gets_its_tables(site: Site) -> None:
    site.run("Shopweave\\Tables::remove(); return 1;")
    assert site.ask("GET", "/wc-shopweave/v1/check").status_code == 200
    assert len(site.run(LEFT)[0]) == 2


FIRST_LAYOUT = """
global $wpdb;
Shopweave\\Tables::remove();
$wpdb->query( "CREATE TABLE {$wpdb->prefix}shopweave_request (k varchar(64) NOT NULL PRIMARY KEY, body_hash char(64) NOT NULL,
    state tinyint NOT NULL, answer longtext NOT NULL, at datetime NOT NULL) ENGINE=InnoDB" );
$wpdb->query( "CREATE TABLE {$wpdb->prefix}shopweave_change (n bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind varchar(12) NOT NULL, id bigint unsigned NOT NULL, what varchar(12) NOT NULL, source varchar(4) NOT NULL,
    at datetime(6) NOT NULL) ENGINE=InnoDB" );
$wpdb->query( "INSERT INTO {$wpdb->prefix}shopweave_change (kind, id, what, source, at)
    VALUES ('variation', 7, 'stock', 'shop', UTC_TIMESTAMP(6) - INTERVAL 1 DAY)" );
update_option( 'shopweave_feed', 'first' );
update_option( 'shopweave_layout', '1' );
return 1;
"""


def test_tables_of_the_first_layout_are_brought_up_with_what_they_hold(site: Site) -> None:
    site.run(FIRST_LAYOUT)
    parent = site.product_of("variable", "LAYOUT")
    child = site.product_of("", "LAYOUT-1", parent, meta={"_stock": "5", "_manage_stock": "yes"})
    body = {"key": "Layout", "items": [{"id": child, "delta": 1}]}
    assert site.ask("POST", "/wc-shopweave/v1/stock", json=body).status_code == 200
    found = site.ask("GET", "/wc-shopweave/v1/changes", params={"after": 0, "feed": "first"}).json()["rows"]
    assert (found[0]["id"], found[0]["parent"]) == (7, 0)
    assert (found[-1]["id"], found[-1]["parent"]) == (child, parent)
    lower = site.ask("POST", "/wc-shopweave/v1/stock", json={**body, "key": "layout"}).json()
    assert lower["replayed"] is False
