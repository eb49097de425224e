<?php
/**
 * Seeing what happens to orders and coupons.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Listens to WooCommerce's hooks, which tell of orders wherever those are kept.
 */
final class Watch_Orders {

	private const ORDERS  = array(
		'woocommerce_new_order'            => 'created',
		'woocommerce_update_order'         => 'content',
		'woocommerce_order_status_changed' => 'status',
		'woocommerce_payment_complete'     => 'paid',
		'woocommerce_order_refunded'       => 'refund',
		'woocommerce_trash_order'          => 'trashed',
		'woocommerce_untrash_order'        => 'restored',
		'woocommerce_before_delete_order'  => 'deleted',
	);
	private const COUPONS = array(
		'woocommerce_new_coupon'                  => 'created',
		'woocommerce_update_coupon'               => 'content',
		'woocommerce_delete_coupon'               => 'deleted',
		'woocommerce_increase_coupon_usage_count' => 'content',
		'woocommerce_decrease_coupon_usage_count' => 'content',
	);

	/**
	 * Hook everything that tells of one.
	 */
	public static function start(): void {
		foreach ( self::ORDERS as $hook => $what ) {
			add_action( $hook, self::order_as( $what ), 10, 4 );
		}
		foreach ( self::COUPONS as $hook => $what ) {
			add_action( $hook, self::coupon_as( $what ), 10, 1 );
		}
		add_action( 'woocommerce_order_note_added', array( self::class, 'note_added' ), 10, 2 );
		add_action( 'woocommerce_refund_deleted', array( self::class, 'refund_deleted' ), 10, 2 );
		add_action( 'woocommerce_rest_delete_shop_order_refund_object', array( self::class, 'refund_deleted_by_rest' ), 10, 3 );
	}

	/**
	 * Listen for an order; what a buyer is still writing is none.
	 *
	 * @param string $what What happened.
	 */
	private static function order_as( string $what ): callable {
		return static function ( $id, ...$more ) use ( $what ): void {
			if ( ! array_filter( $more, array( Woo::class, 'is_draft_order' ) ) ) {
				Watch::see( 'order', (int) $id, $what );
			}
		};
	}

	/**
	 * Listen for a coupon; of its use WooCommerce tells with the coupon itself instead of its number.
	 *
	 * @param string $what What happened.
	 */
	private static function coupon_as( string $what ): callable {
		return static function ( $coupon ) use ( $what ): void {
			Watch::see( 'coupon', is_object( $coupon ) ? (int) $coupon->get_id() : (int) $coupon, $what );
		};
	}

	/**
	 * Note the order of a note, which moves no date.
	 *
	 * @param int       $note  The note.
	 * @param \WC_Order $order Whose.
	 */
	public static function note_added( $note, $order ): void {
		if ( ! Woo::is_draft_order( $order ) ) {
			Watch::see( 'order', (int) $order->get_id(), 'content' );
		}
	}

	/**
	 * Note the order of a refund that was taken back.
	 *
	 * @param int $refund The refund.
	 * @param int $order  Whose.
	 */
	public static function refund_deleted( $refund, $order ): void {
		Watch::see( 'order', (int) $order, 'refund' );
	}

	/**
	 * Note the order of a refund that was taken back through the interface.
	 *
	 * @param mixed            $refund   The refund.
	 * @param mixed            $response The answer.
	 * @param \WP_REST_Request $request  What was asked.
	 */
	public static function refund_deleted_by_rest( $refund, $response, $request ): void {
		Watch::see( 'order', (int) $request['order_id'], 'refund' );
	}
}
