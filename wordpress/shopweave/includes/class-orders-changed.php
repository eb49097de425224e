<?php
/**
 * The route that names orders by the time they were changed.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- names of table and columns, made from what WooCommerce says.

/**
 * Answers GET /wc-shopweave/v1/orders-changed: numbers, times and statuses only, in the order of time and number.
 */
final class Orders_Changed {

	private const LIMIT = 100;
	private const MOST  = 1000;

	/**
	 * Register the route.
	 */
	public static function register(): void {
		$whole = array(
			'type'    => 'integer',
			'minimum' => 0,
		);
		register_rest_route(
			Access::SPACE,
			'/orders-changed',
			array(
				'methods'             => 'GET',
				'permission_callback' => array( Access::class, 'may_manage' ),
				'callback'            => Problem::caught( array( self::class, 'answer' ) ),
				'args'                => array(
					'since'    => $whole + array( 'required' => true ),
					'until'    => $whole,
					'after_id' => $whole + array( 'default' => 0 ),
					'limit'    => array(
						'type'    => 'integer',
						'minimum' => 1,
						'maximum' => self::MOST,
						'default' => self::LIMIT,
					),
				),
			)
		);
	}

	/**
	 * Give orders that were changed from `since` on, up to `until`, both included; at `since` itself only those above `after_id`.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public static function answer( \WP_REST_Request $request ): array {
		Woo::demand();
		$limit = (int) $request['limit'];
		$until = null === $request['until'] ? time() : (int) $request['until'];
		$rows  = self::rows( (int) $request['since'], $until, (int) $request['after_id'], $limit + 1 );
		return array(
			'rows' => array_map( array( self::class, 'shown' ), array_slice( $rows, 0, $limit ) ),
			'more' => count( $rows ) > $limit,
		);
	}

	/**
	 * Read orders; what a buyer is still writing is none.
	 *
	 * @param int $since From this time stamp on.
	 * @param int $until Up to this one.
	 * @param int $after Above this number, of those changed at the first moment.
	 * @param int $limit At most so many.
	 */
	private static function rows( int $since, int $until, int $after, int $limit ): array {
		global $wpdb;
		list( $table, $id, $type, $status, $date ) = Woo::order_columns();

		$first = gmdate( 'Y-m-d H:i:s', $since );
		$query = "SELECT {$id} AS id, {$status} AS status, {$date} AS modified FROM {$table}
			WHERE {$type} = 'shop_order' AND {$status} NOT IN ('wc-checkout-draft', 'auto-draft')
				AND {$date} >= %s AND {$date} <= %s AND ({$date} > %s OR {$id} > %d) ORDER BY {$date}, {$id} LIMIT %d";
		return $wpdb->get_results( $wpdb->prepare( $query, $first, gmdate( 'Y-m-d H:i:s', $until ), $first, $after, $limit ) );
	}

	/**
	 * Show a row.
	 *
	 * @param \stdClass $row As the table has it.
	 */
	private static function shown( \stdClass $row ): array {
		return array(
			'id'       => (int) $row->id,
			'modified' => (int) strtotime( $row->modified . ' UTC' ),
			'status'   => (string) preg_replace( '/^wc-/', '', $row->status ),
		);
	}
}
