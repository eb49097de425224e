<?php
/**
 * Takes away everything the plug-in has stored, on every site of a network.
 *
 * @package Shopweave
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/includes/class-tables.php';
require_once __DIR__ . '/includes/class-upkeep.php';

$shopweave_sites = is_multisite() ? get_sites(
	array(
		'fields' => 'ids',
		'number' => 0,
	)
) : array( 0 );
foreach ( $shopweave_sites as $shopweave_site ) {
	if ( $shopweave_site ) {
		switch_to_blog( $shopweave_site );
	}
	Shopweave\Upkeep::stop();
	Shopweave\Tables::remove();
	if ( $shopweave_site ) {
		restore_current_blog();
	}
}
unset( $shopweave_sites, $shopweave_site );
