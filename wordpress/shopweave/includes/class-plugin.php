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

	private const ROUTES = array(
		Check::class,
		Set_Image::class,
		Stock::class,
		Prices::class,
		Pictures::class,
		Changes::class,
		File_Names::class,
		Orders_Window::class,
		Orders_Changed::class,
		Settings::class,
	);

	/**
	 * Register routes, watchers and upkeep.
	 */
	public static function start(): void {
		foreach ( self::ROUTES as $route ) {
			add_action( 'rest_api_init', array( $route, 'register' ) );
		}
		add_filter( 'woocommerce_rest_is_request_to_rest_api', array( Orders_Window::class, 'open_to_keys' ) );
		Watch::start();
		Ping::start();
		Quiet::start();
		add_action( 'before_woocommerce_init', array( Woo::class, 'declare_compatibility' ) );
		add_action( 'plugins_loaded', array( Tables::class, 'upgrade' ) );
		Upkeep::start();
	}
}
