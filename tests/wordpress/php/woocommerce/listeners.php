<?php
/** What WooCommerce itself does when something happens: listeners, webhooks, families brought right when a request ends. */

/** Tells of changes by jobs: one for each thing it was told of in a request. */
class WC_Webhook {
	private $told = array();

	public function enqueue() {
		foreach ( array( 'woocommerce_process_product_meta', 'woocommerce_update_product', 'woocommerce_update_product_variation' ) as $hook ) {
			add_action( $hook, array( $this, 'process' ) );
		}
	}

	public function process( $id ) {
		if ( ! isset( $this->told[ $id ] ) ) {
			$this->told[ $id ] = true;
			update_option( 'standin_jobs', (int) get_option( 'standin_jobs' ) + 1, false );
		}
	}
}
add_action(
	'init',
	static function () {
		if ( 'active' === get_option( 'standin_webhook' ) ) {
			( new WC_Webhook() )->enqueue();
		}
	}
);

/** Hangs on the hooks of products as WooCommerce's reports do; to tell it of stock would be work for nothing. */
final class WC_Standin_Reports {
	public static function start() {
		foreach ( array( 'woocommerce_update_product', 'woocommerce_updated_product_stock', 'woocommerce_product_set_stock' ) as $hook ) {
			add_action( $hook, array( self::class, 'heard' ) );
		}
	}

	public static function heard() {
		$GLOBALS['standin_heard'] = ( $GLOBALS['standin_heard'] ?? 0 ) + 1;
	}
}
WC_Standin_Reports::start();

/** Brings parents right at the end of a request, at the priority WooCommerce does. */
final class WC_Post_Data {
	private static $parents = array();

	public static function defer( $parent ) {
		self::$parents[ $parent ] = true;
	}

	public static function do_deferred_product_sync() {
		foreach ( array_keys( self::$parents ) as $parent ) {
			$prices = array_map( static fn( $id ) => get_post_meta( $id, '_price', true ), standin_children( $parent ) );
			delete_post_meta( $parent, '_price' );
			foreach ( array_unique( array_filter( $prices, 'strlen' ) ) as $price ) {
				add_post_meta( $parent, '_price', $price );
			}
			do_action( 'woocommerce_update_product', $parent, wc_get_product( $parent ) );
		}
	}
}
add_action( 'shutdown', array( 'WC_Post_Data', 'do_deferred_product_sync' ), 10 );

final class WC_Cache_Helper {
	public static function invalidate_cache_group( $group ) {
		return wp_cache_set( "wc_{$group}_cache_prefix", microtime(), $group );
	}
}

function wc_delete_product_transients( $id = 0 ) {
	array_map( 'delete_transient', array( 'wc_products_onsale', 'wc_featured_products', 'wc_outofstock_count', 'wc_low_stock_count' ) );
}

/** A coupon; of its use WooCommerce tells with the coupon itself. */
final class WC_Coupon {
	private $id;

	public function __construct( $id ) {
		$this->id = $id;
	}

	public function get_id() {
		return $this->id;
	}

	public function increase_usage_count() {
		do_action( 'woocommerce_increase_coupon_usage_count', $this, 1, 'buyer@shop.example' );
	}

	public function decrease_usage_count() {
		do_action( 'woocommerce_decrease_coupon_usage_count', $this, 0, 'buyer@shop.example' );
	}
}

/** Writes lines where tests can read them. */
function wc_get_logger() {
	return new class() {
		public function error( $text, $context = array() ) {
			update_option( 'standin_log', array_merge( (array) get_option( 'standin_log', array() ), array( $text ) ), false );
		}
	};
}
