<?php
/**
 * Requests that were answered, so that a repeated one is applied once.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- own table, its name made from the prefix.

/**
 * Reads and settles rows of the table of requests; state 1 means written, 2 that all that follows was done too.
 */
final class Idempotency {

	/**
	 * Find the key of a request, in its head or its body.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @throws Problem When there is none: a delta is never safe to repeat without.
	 */
	public static function key( \WP_REST_Request $request ): string {
		$key = $request->get_header( 'idempotency_key' ) ?? $request['key'];
		$key = is_scalar( $key ) ? (string) $key : '';
		if ( ! preg_match( '/^[\x21-\x7e]{1,64}$/D', $key ) ) {
			throw new Problem( 400, 'key_missing', 'Give an Idempotency-Key of 1 to 64 visible ASCII characters.' );
		}
		return $key;
	}

	/**
	 * Hash what is asked, so that one key cannot stand for two requests.
	 *
	 * @param string $route For whom.
	 * @param array  $items What.
	 */
	public static function hash( string $route, array $items ): string {
		foreach ( $items as &$item ) {
			ksort( $item );
		}
		unset( $item );
		return hash( 'sha256', $route . "\n" . wp_json_encode( $items ) );
	}

	/**
	 * Read the row of a key, on which connection of the database, and what engine it is to be written with.
	 *
	 * @param string $key The key.
	 */
	public static function row( string $key ): ?\stdClass {
		global $wpdb;
		$table  = Tables::requests();
		$engine = Tables::engine_query();
		$query  = $wpdb->prepare( "FROM (SELECT 1 AS one) o LEFT JOIN {$table} r ON r.k = %s", $key );
		return $wpdb->get_row( "SELECT CONNECTION_ID() AS connection, ({$engine}) AS engine, r.body_hash, r.state, r.answer {$query}" );
	}

	/**
	 * Find the answer of an earlier request, null if there was none.
	 *
	 * A row that was committed without a state is left over from a lost connection and means nothing.
	 *
	 * @param \stdClass $row  The row of its key.
	 * @param string    $key  Its key.
	 * @param string    $hash What it asked.
	 * @throws Problem When it asked something else.
	 */
	public static function earlier( \stdClass $row, string $key, string $hash ): ?array {
		global $wpdb;
		$table = Tables::requests();
		if ( null === $row->state ) {
			return null;
		}
		if ( '0' === $row->state ) {
			$wpdb->query( $wpdb->prepare( "DELETE FROM {$table} WHERE k = %s AND state = 0", $key ) );
			return null;
		}
		if ( ! hash_equals( $row->body_hash, $hash ) ) {
			throw new Problem( 422, 'key_reused', 'This key was used for another request.' );
		}
		return array( (int) $row->state, json_decode( $row->answer, true ) );
	}

	/**
	 * Read back whether a request is safe; a commit on a new connection looks like success too.
	 *
	 * A second request with its key may have finished it in between.
	 *
	 * @param string $key Its key.
	 */
	public static function is_written( string $key ): bool {
		global $wpdb;
		$table = Tables::requests();
		return 0 < (int) $wpdb->get_var( $wpdb->prepare( "SELECT state FROM {$table} WHERE k = %s", $key ) );
	}

	/**
	 * Note that all that follows a write was done, and what it found.
	 *
	 * @param string $key    Its key.
	 * @param array  $answer The whole answer.
	 */
	public static function finish( string $key, array $answer ): void {
		global $wpdb;
		$table = Tables::requests();
		$wpdb->query( $wpdb->prepare( "UPDATE {$table} SET state = 2, answer = %s WHERE k = %s", wp_json_encode( $answer ), $key ) );
	}
}
