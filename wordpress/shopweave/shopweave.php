<?php
/**
 * Plugin Name:          Shopweave companion
 * Description:          Gives the Shopweave hub what WooCommerce's REST API cannot: pictures by address, atomic stock and prices, a feed of changes, pings, orders by time.
 * Version:              0.3.0
 * Requires at least:    6.4
 * Requires PHP:         7.4
 * Author:               Shopweave
 * License:              GPL-2.0-or-later
 * License URI:          https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:          shopweave
 * WC requires at least: 8.0
 * WC tested up to:      9.9
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

const VERSION = '0.3.0';
const FILE    = __FILE__;

foreach ( glob( __DIR__ . '/includes/class-*.php' ) as $shopweave_file ) {
	require_once $shopweave_file;
}
unset( $shopweave_file );

register_activation_hook( __FILE__, array( Tables::class, 'install' ) );
register_deactivation_hook( __FILE__, array( Upkeep::class, 'stop' ) );
Plugin::start();
