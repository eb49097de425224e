<?php
/**
 * What follows from a write, product by product.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps one product that fails, because of itself or of whoever listens, from stopping the others.
 */
final class Settling {

	/**
	 * Products that failed: number to true.
	 *
	 * @var array
	 */
	private $failed = array();

	/**
	 * Do something for each product that did not fail before.
	 *
	 * @param array    $ids  Their numbers.
	 * @param callable $work Gets one number.
	 */
	public function each( array $ids, callable $work ): void {
		foreach ( array_diff( $ids, array_keys( $this->failed ) ) as $id ) {
			try {
				$work( $id );
			} catch ( \Throwable $problem ) {
				$this->failed[ $id ] = true;
				Woo::log( "Product {$id} was written, but what follows failed: " . $problem->getMessage() );
			}
		}
	}

	/**
	 * Note that all was done, or say what was not; that is tried again when the request is repeated, and by the sweep.
	 *
	 * @param string $key    The key of the request.
	 * @param array  $answer The whole answer.
	 */
	public function finish( string $key, array $answer ): array {
		if ( ! $this->failed ) {
			Idempotency::finish( $key, $answer );
			return $answer;
		}
		return $answer + array( 'unsettled' => array_keys( $this->failed ) );
	}
}
