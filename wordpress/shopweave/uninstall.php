<?php
/**
 * Takes away everything the plug-in has stored.
 *
 * @package Shopweave
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require_once __DIR__ . '/includes/class-tables.php';
require_once __DIR__ . '/includes/class-upkeep.php';

Shopweave\Upkeep::stop();
Shopweave\Tables::remove();
