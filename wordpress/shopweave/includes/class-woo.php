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
	 * The meta of an order that the hub made: where it came from.
	 */
	private const ORIGIN = '_shopweave_origin';

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
	 * See that WooCommerce is there.
	 *
	 * @throws Problem When it is not.
	 */
	public static function demand(): void {
		if ( ! function_exists( 'wc_get_product' ) ) {
			throw new Problem( 501, 'no_woocommerce', 'WooCommerce is not active.' );
		}
	}

	/**
	 * Drop what WooCommerce itself keeps of a product beside WordPress: with the old copy of its row in the lookup
	 * table at hand it would leave a row as it is that was written past it.
	 *
	 * @param int $id Its number.
	 */
	public static function forget( int $id ): void {
		wp_cache_delete( 'lookup_table', "object_{$id}" );
		if ( is_callable( array( '\WC_Cache_Helper', 'invalidate_cache_group' ) ) ) {
			\WC_Cache_Helper::invalidate_cache_group( "product_{$id}" );
		}
	}

	/**
	 * Drop the number of products whose stock is low, which pages of the shop's owner show.
	 */
	public static function forget_counts(): void {
		delete_transient( 'wc_low_stock_count' );
	}

	/**
	 * Drop lists of products that are put in order by price.
	 */
	public static function forget_lists(): void {
		if ( function_exists( 'wc_delete_product_transients' ) ) {
			wc_delete_product_transients();
		}
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
	 * @param int   $id     The product.
	 * @param array $wanted Regular, sale, from and to; what is not given stays.
	 */
	public static function set_prices( int $id, array $wanted ): void {
		$product = self::product( $id );
		if ( null === $product ) {
			return;
		}
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
	 * Find orders by when they were changed, both ends included; refunds and drafts of the checkout are none.
	 *
	 * Goes through WooCommerce's own query: orders may stand in tables of their own. Time stamps are UTC and exact
	 * to the second there, while a date as text counts whole days.
	 *
	 * @param array    $statuses Without their prefix; none for all.
	 * @param int|null $from     Time stamp.
	 * @param int|null $until    Time stamp.
	 * @param int      $page     From 1.
	 * @param int      $size     How many.
	 */
	public static function order_numbers( array $statuses, ?int $from, ?int $until, int $page, int $size ): array {
		self::demand();
		$every = preg_replace( '/^wc-/', '', array_keys( wc_get_order_statuses() ) );
		$query = array(
			'type'     => 'shop_order',
			'status'   => $statuses ? $statuses : array_values( array_diff( $every, array( 'checkout-draft' ) ) ),
			'orderby'  => 'modified ID',
			'order'    => 'ASC',
			'page'     => $page,
			'limit'    => $size,
			'paginate' => true,
			'return'   => 'ids',
		);
		// A range that begins with 0 is none to WooCommerce.
		if ( null !== $until ) {
			$query['date_modified'] = $from > 0 ? "{$from}...{$until}" : "<={$until}";
		} elseif ( null !== $from ) {
			$query['date_modified'] = ">={$from}";
		}
		$found = wc_get_orders( $query );
		return array(
			'ids'   => array_map( 'intval', $found->orders ),
			'total' => (int) $found->total,
		);
	}

	/**
	 * Name the table that orders stand in, and its columns for number, type, status and time of change in UTC.
	 */
	public static function order_columns(): array {
		global $wpdb;
		if ( ! self::has_order_tables() ) {
			return array( $wpdb->posts, 'ID', 'post_type', 'post_status', 'post_modified_gmt' );
		}
		$store = '\Automattic\WooCommerce\Internal\DataStores\Orders\OrdersTableDataStore';
		return array( $store::get_orders_table_name(), 'id', 'type', 'status', 'date_updated_gmt' );
	}

	/**
	 * Say whether something is an order that the buyer is still writing.
	 *
	 * @param mixed $thing What a hook brought along.
	 */
	public static function is_draft_order( $thing ): bool {
		return is_object( $thing ) && is_callable( array( $thing, 'has_status' ) ) && $thing->has_status( 'checkout-draft' );
	}

	/**
	 * Show an order as WooCommerce's own route does, null if there is none.
	 *
	 * @param int $id Its number.
	 */
	public static function shown_order( int $id ): ?array {
		$response = rest_do_request( new \WP_REST_Request( 'GET', "/wc/v3/orders/{$id}" ) );
		return $response->is_error() ? null : rest_get_server()->response_to_data( $response, false );
	}

	/**
	 * Say whether the page that is shown thanks for an order that the hub made.
	 */
	public static function thanks_for_order_of_hub(): bool {
		if ( ! function_exists( 'is_order_received_page' ) || ! is_order_received_page() ) {
			return false;
		}
		$order = wc_get_order( absint( get_query_var( 'order-received' ) ) );
		return $order && '' !== (string) $order->get_meta( self::ORIGIN );
	}

	/**
	 * Say whether the old interface below /wc-api/ answers.
	 */
	public static function has_legacy_api(): bool {
		$shop  = function_exists( 'WC' ) ? WC() : null;
		$there = $shop && is_callable( array( $shop, 'legacy_rest_api_is_available' ) )
			? $shop->legacy_rest_api_is_available()
			: class_exists( 'WC_Legacy_API' );
		return $there && 'yes' === get_option( 'woocommerce_api_enabled' );
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
	 * Save a product as it is: what depends on its quantity follows.
	 *
	 * @param int $id Its number.
	 */
	public static function save( int $id ): void {
		$product = self::product( $id );
		if ( null !== $product ) {
			$product->save();
		}
	}

	/**
	 * Write a line into WooCommerce's log.
	 *
	 * @param string $text The line.
	 */
	public static function log( string $text ): void {
		wc_get_logger()->error( $text, array( 'source' => 'shopweave' ) );
	}

	/**
	 * Tell who listens that stock was written; objects are made only if somebody does.
	 *
	 * @param array    $ids      What holds the quantities.
	 * @param Settling $settling Knows which failed.
	 */
	public static function tell_stock( array $ids, Settling $settling ): void {
		if ( self::is_heard( 'woocommerce_updated_product_stock' ) ) {
			$settling->each(
				$ids,
				static function ( int $id ): void {
					do_action( 'woocommerce_updated_product_stock', $id );
				}
			);
		}
		$hooks = array( 'woocommerce_product_set_stock', 'woocommerce_variation_set_stock', 'woocommerce_update_product', 'woocommerce_update_product_variation' );
		if ( ! array_filter( $hooks, array( self::class, 'is_heard' ) ) ) {
			return;
		}
		_prime_post_caches( $ids, true, true );
		$settling->each(
			$ids,
			static function ( int $id ) use ( $hooks ): void {
				$product = self::product( $id );
				if ( null !== $product ) {
					$is_variation = $product->is_type( 'variation' );
					do_action( $is_variation ? $hooks[1] : $hooks[0], $product );
					do_action( $is_variation ? $hooks[3] : $hooks[2], $id, $product );
				}
			}
		);
	}

	/**
	 * Say whether anybody but WooCommerce and this plug-in listens; a webhook of WooCommerce counts as somebody.
	 *
	 * @param string $hook A hook.
	 */
	public static function is_heard( string $hook ): bool {
		foreach ( Hooks::callbacks( $hook ) as list( $callback ) ) {
			$is_webhook = is_array( $callback ) && $callback[0] instanceof \WC_Webhook;
			if ( $is_webhook || ! Hooks::is_within( $callback, self::folders() ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Name the folders of WooCommerce and of this plug-in: other plug-ins give their classes WooCommerce's prefix too.
	 */
	private static function folders(): array {
		return array_filter( array( plugin_dir_path( FILE ), defined( 'WC_ABSPATH' ) ? WC_ABSPATH : '' ) );
	}
}
