<?php
/**
 * Starts the parts of the plug-in.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Hooks every part into WordPress.
 */
final class Plugin {

	/**
	 * Register routes, watchers and upkeep.
	 */
	public static function start(): void {
		add_action( 'rest_api_init', array( Check::class, 'register' ) );
		add_action( 'rest_api_init', array( Set_Image::class, 'register' ) );
		add_action( 'rest_api_init', array( Stock::class, 'register' ) );
		add_action( 'rest_api_init', array( Pictures::class, 'register' ) );
		add_action( 'rest_api_init', array( Changes::class, 'register' ) );
		add_action( 'rest_api_init', array( File_Names::class, 'register' ) );
		add_action( 'rest_api_init', array( Prices::class, 'register' ) );
		Watch::start();
		add_action( 'before_woocommerce_init', array( Woo::class, 'declare_compatibility' ) );
		add_action( 'plugins_loaded', array( Tables::class, 'upgrade' ) );
		Upkeep::start();
	}
}
