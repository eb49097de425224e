<?php
/**
 * The route by which the hub learns what is here.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Answers GET /wc-shopweave/v1/check.
 */
final class Check {

	/**
	 * Register the route.
	 */
	public static function register(): void {
		register_rest_route(
			Access::SPACE,
			'/check',
			array(
				'methods'             => 'GET',
				'permission_callback' => array( Access::class, 'may_manage' ),
				'callback'            => array( self::class, 'answer' ),
			)
		);
	}

	/**
	 * Describe the site.
	 */
	public static function answer(): array {
		$engine = Tables::engine();
		$feed   = Changes::state();
		return array(
			'plugin'        => VERSION,
			'wordpress'     => get_bloginfo( 'version' ),
			'woocommerce'   => Woo::version(),
			'php'           => PHP_VERSION,
			'hpos'          => Woo::has_order_tables(),
			'engine'        => $engine,
			'atomic_stock'  => 'InnoDB' === $engine,
			'stock_managed' => Woo::manages_stock(),
			'features'      => self::features( $engine ),
			'lacks'         => self::lacks( $engine ),
			'time'          => gmdate( 'Y-m-d\TH:i:s\Z' ),
			'feed'          => $feed['feed'],
			'newest'        => $feed['newest'],
			'oldest'        => $feed['oldest'],
			'limits'        => array(
				'items'    => Batch::ITEMS,
				'image_mb' => Fetch::BYTES / MB_IN_BYTES,
			),
		);
	}

	/**
	 * Name what the hub may use.
	 *
	 * @param string $engine The engine of the meta table.
	 */
	private static function features( string $engine ): array {
		return array_merge( array( 'changes', 'fix_images', 'orders_changed', 'orders_window', 'pictures', 'ping', 'quiet_analytics', 'set_image' ), 'InnoDB' === $engine ? array( 'prices', 'stock' ) : array() );
	}

	/**
	 * Say what the site would need for more.
	 *
	 * @param string $engine The engine of the meta table.
	 */
	private static function lacks( string $engine ): array {
		$lacks = array();
		if ( 'InnoDB' !== $engine ) {
			$lacks[] = 'The tables of products are not InnoDB: stock cannot be written in one piece.';
		}
		if ( '' === Woo::version() ) {
			$lacks[] = 'WooCommerce is not active.';
		}
		if ( 1 !== Tables::step() ) {
			$lacks[] = 'The database counts in steps, as clusters do: changes are shown ten seconds late.';
		}
		if ( ! function_exists( 'curl_init' ) ) {
			$lacks[] = 'PHP has no curl: pictures are fetched without holding on to the address that was checked, and no pings are sent.';
		}
		return $lacks;
	}
}
