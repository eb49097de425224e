<?php
/**
 * The only file that calls WooCommerce.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * WooCommerce as the plug-in uses it.
 */
final class Woo {

	/**
	 * Tell WooCommerce that orders in their own tables are fine.
	 */
	public static function declare_compatibility(): void {
		$features = '\Automattic\WooCommerce\Utilities\FeaturesUtil';
		if ( class_exists( $features ) ) {
			$features::declare_compatibility( 'custom_order_tables', FILE, true );
		}
	}

	/**
	 * Give the version, empty when WooCommerce is not there.
	 */
	public static function version(): string {
		return defined( 'WC_VERSION' ) ? (string) WC_VERSION : '';
	}

	/**
	 * Say whether orders stand in tables of their own.
	 */
	public static function has_order_tables(): bool {
		$util = '\Automattic\WooCommerce\Utilities\OrderUtil';
		return class_exists( $util ) && $util::custom_orders_table_usage_is_enabled();
	}

	/**
	 * Say whether the shop manages stock at all.
	 */
	public static function manages_stock(): bool {
		return 'yes' === get_option( 'woocommerce_manage_stock' );
	}

	/**
	 * Load a product or variation, null if there is none.
	 *
	 * @param int $id Its number.
	 * @return \WC_Product|null
	 */
	public static function product( int $id ) {
		$product = function_exists( 'wc_get_product' ) ? wc_get_product( $id ) : null;
		return $product ? $product : null;
	}

	/**
	 * Set the main picture; says whether anything changed. The save moves the date that pollers look at.
	 *
	 * @param \WC_Product $product    The product.
	 * @param int         $attachment A picture that is known to exist.
	 */
	public static function set_main_image( $product, int $attachment ): bool {
		if ( (int) $product->get_image_id( 'edit' ) === $attachment ) {
			return false;
		}
		$product->set_image_id( $attachment );
		$product->save();
		return true;
	}

	/**
	 * Add a picture to the gallery; says whether anything changed.
	 *
	 * @param \WC_Product $product    The product.
	 * @param int         $attachment A picture that is known to exist.
	 */
	public static function add_gallery_image( $product, int $attachment ): bool {
		$known = array_map( 'intval', $product->get_gallery_image_ids( 'edit' ) );
		if ( in_array( $attachment, $known, true ) ) {
			return false;
		}
		$product->set_gallery_image_ids( array_merge( $known, array( $attachment ) ) );
		$product->save();
		return true;
	}
}
