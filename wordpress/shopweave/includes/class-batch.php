<?php
/**
 * Items of a batch, checked before anything is done.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Reads the items of a request and refuses what no route understands.
 */
final class Batch {

	public const ITEMS = 500;

	/**
	 * Give the items.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @param array            $known   The fields an item may have.
	 * @throws Problem When there are too many, or fields nobody knows.
	 */
	public static function items( \WP_REST_Request $request, array $known ): array {
		$body = $request->get_json_params();
		self::fields( is_array( $body ) ? $body : array(), array( 'key', 'items' ) );
		$items = $body['items'] ?? null;
		if ( ! is_array( $items ) || array_values( $items ) !== $items ) {
			throw self::bad( 'items' );
		}
		if ( count( $items ) > self::ITEMS ) {
			throw new Problem( 413, 'too_many', 'At most 500 items go into one request.' );
		}
		foreach ( $items as $item ) {
			self::fields( is_array( $item ) ? $item : array( 'items' => 1 ), $known );
			if ( isset( $item['id'] ) ? ! is_int( $item['id'] ) : ! isset( $item['sku'] ) ) {
				throw self::bad( 'id' );
			}
			if ( isset( $item['sku'] ) && ! is_string( $item['sku'] ) ) {
				throw self::bad( 'sku' );
			}
		}
		return $items;
	}

	/**
	 * Do the work of a request once for its key; gives key, the state it was found in (0 if it is new) and answer.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @param string           $route   For whom.
	 * @param array            $items   Its items, checked.
	 * @param callable         $work    Gets the transaction, the products and the items; gives the answer.
	 * @throws Problem When nothing can be done.
	 */
	public static function once( \WP_REST_Request $request, string $route, array $items, callable $work ): array {
		$key = Idempotency::key( $request );
		Woo::demand();
		list( $state, $answer ) = Transaction::run(
			$key,
			Idempotency::hash( $route, $items ),
			static function () use ( $items ): Goods {
				return new Goods( $items );
			},
			static function ( Transaction $transaction, Goods $goods ) use ( $items, $work ): array {
				return $work( $transaction, $goods, $items );
			}
		);
		return array( $key, $state, $answer );
	}

	/**
	 * See that all fields are known.
	 *
	 * @param array $row   A row.
	 * @param array $known Names.
	 * @throws Problem When one is not.
	 */
	private static function fields( array $row, array $known ): void {
		foreach ( array_keys( $row ) as $name ) {
			if ( ! in_array( $name, $known, true ) ) {
				throw self::bad( (string) $name );
			}
		}
	}

	/**
	 * Make the refusal of a field.
	 *
	 * @param string $field Its name.
	 */
	public static function bad( string $field ): Problem {
		return new Problem( 400, 'bad_request', "The field {$field} cannot be used.", array( 'field' => $field ) );
	}

	/**
	 * Make the refusal of one item.
	 *
	 * @param int|null $id   Its product.
	 * @param string   $code Why.
	 * @param array    $more What else the caller should know.
	 */
	public static function refused( ?int $id, string $code, array $more = array() ): array {
		return array(
			'id'   => $id,
			'ok'   => false,
			'code' => $code,
		) + $more;
	}
}
