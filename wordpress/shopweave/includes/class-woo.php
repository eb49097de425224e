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

	/**
	 * Set the prices of a product through itself, so that ranges and schedules follow.
	 *
	 * @param \WC_Product $product The product.
	 * @param array       $wanted  Regular, sale, from and to; what is not given stays.
	 */
	public static function set_prices( $product, array $wanted ): void {
		if ( isset( $wanted['regular'] ) ) {
			$product->set_regular_price( $wanted['regular'] );
		}
		if ( isset( $wanted['sale'] ) ) {
			$product->set_sale_price( $wanted['sale'] );
			$product->set_date_on_sale_from( $wanted['from'] ?? '' );
			$product->set_date_on_sale_to( $wanted['to'] ?? '' );
		}
		$product->save();
	}

	/**
	 * Say whether something is a number that the shop takes as a quantity without changing it.
	 *
	 * @param mixed $value A value of a request.
	 */
	public static function is_quantity( $value ): bool {
		if ( ! is_int( $value ) && ! is_float( $value ) ) {
			return false;
		}
		return is_finite( (float) $value ) && abs( (float) wc_stock_amount( $value ) - $value ) < 0.000001;
	}

	/**
	 * Tell who listens that stock was written; objects are made only if somebody does.
	 *
	 * @param array $ids What holds the quantities.
	 */
	public static function tell_stock( array $ids ): void {
		if ( self::is_heard( 'woocommerce_updated_product_stock' ) ) {
			foreach ( $ids as $id ) {
				do_action( 'woocommerce_updated_product_stock', $id );
			}
		}
		$hooks = array( 'woocommerce_product_set_stock', 'woocommerce_variation_set_stock', 'woocommerce_update_product', 'woocommerce_update_product_variation' );
		if ( ! array_filter( $hooks, array( self::class, 'is_heard' ) ) ) {
			return;
		}
		_prime_post_caches( $ids, true, true );
		foreach ( $ids as $id ) {
			$product = self::product( $id );
			if ( null !== $product ) {
				$is_variation = $product->is_type( 'variation' );
				do_action( $is_variation ? $hooks[1] : $hooks[0], $product );
				do_action( $is_variation ? $hooks[3] : $hooks[2], $id, $product );
			}
		}
	}

	/**
	 * Say whether anybody but WooCommerce and this plug-in listens; a webhook of WooCommerce counts as somebody.
	 *
	 * @param string $hook A hook.
	 */
	public static function is_heard( string $hook ): bool {
		global $wp_filter;
		foreach ( isset( $wp_filter[ $hook ] ) ? $wp_filter[ $hook ]->callbacks : array() as $callbacks ) {
			foreach ( $callbacks as $callback ) {
				$name = self::owner( $callback['function'] );
				$own  = 0 === strpos( $name, 'Shopweave\\' ) || 0 === strpos( $name, 'Automattic\\WooCommerce\\' );
				if ( ! $own && ( 'WC_Webhook' === $name || 0 !== stripos( $name, 'wc_' ) ) ) {
					return true;
				}
			}
		}
		return false;
	}

	/**
	 * Name the class, or else the function, that a callback belongs to.
	 *
	 * @param callable $callback A callback.
	 */
	private static function owner( $callback ): string {
		$target = is_array( $callback ) ? $callback[0] : $callback;
		if ( $target instanceof \Closure ) {
			$scope = ( new \ReflectionFunction( $target ) )->getClosureScopeClass();
			return $scope ? $scope->getName() : '';
		}
		return is_object( $target ) ? get_class( $target ) : (string) $target;
	}
}
