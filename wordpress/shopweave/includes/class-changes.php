<?php
/**
 * The route that reads changes.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- own table, its name made from the prefix.

/**
 * Answers GET /wc-shopweave/v1/changes.
 *
 * Numbers become visible out of order: a reader that goes on from the highest number it saw loses rows. So the
 * route stops before the first missing number, until the row behind the gap is old enough for the gap to be dead.
 */
final class Changes {

	private const PATIENCE = 10;
	private const ROWS     = 1000;

	/**
	 * Register the route.
	 */
	public static function register(): void {
		$whole = array(
			'type'    => 'integer',
			'minimum' => 0,
			'default' => 0,
		);
		register_rest_route(
			Access::SPACE,
			'/changes',
			array(
				'methods'             => 'GET',
				'permission_callback' => array( Access::class, 'may_manage' ),
				'callback'            => Problem::caught( array( self::class, 'answer' ) ),
				'args'                => array(
					'after' => $whole,
					'feed'  => array( 'type' => 'string' ),
					'limit' => array(
						'default' => self::ROWS,
						'maximum' => self::ROWS,
						'minimum' => 1,
					) + $whole,
				),
			)
		);
	}

	/**
	 * Give the next page.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @throws Problem When what comes next is not there any more.
	 */
	public static function answer( \WP_REST_Request $request ): array {
		$after = (int) $request['after'];
		$state = self::state();
		if ( ( $request['feed'] && $request['feed'] !== $state['feed'] ) || ( $after && $after < $state['oldest'] - 1 ) || $after > $state['newest'] ) {
			throw new Problem( 410, 'feed_lost', 'These changes are not there any more; compare everything.', $state );
		}
		$limit = (int) $request['limit'];
		$rows  = self::rows( $after, $limit + 1 );
		$safe  = self::safe( $rows, $after );
		$page  = array_slice( $safe, 0, $limit );
		return array(
			'feed'      => $state['feed'],
			'rows'      => array_map( array( self::class, 'shown' ), $page ),
			'next'      => $page ? (int) end( $page )->n : $after,
			'more'      => count( $safe ) > $limit,
			'held_back' => count( $rows ) - count( $safe ),
			'oldest'    => $state['oldest'],
		);
	}

	/**
	 * Describe the feed.
	 */
	public static function state(): array {
		global $wpdb;
		$table = Tables::changes();
		$edges = $wpdb->get_row( "SELECT MIN(n) AS oldest, MAX(n) AS newest FROM {$table}" );
		return array(
			'feed'   => (string) get_option( 'shopweave_feed' ),
			'oldest' => (int) $edges->oldest,
			'newest' => (int) $edges->newest,
		);
	}

	/**
	 * Read rows above a number.
	 *
	 * @param int $after The number.
	 * @param int $limit At most so many.
	 */
	private static function rows( int $after, int $limit ): array {
		global $wpdb;
		$table = Tables::changes();
		$query = "SELECT n, kind, id, parent, what, source, at, at < UTC_TIMESTAMP(6) - INTERVAL %d SECOND AS old FROM {$table} WHERE n > %d ORDER BY n LIMIT %d";
		return $wpdb->get_results( $wpdb->prepare( $query, self::PATIENCE, $after, $limit ) );
	}

	/**
	 * Keep the rows before the first gap that may still be filled.
	 *
	 * @param array $rows Rows by their numbers.
	 * @param int   $last The number before the first of them.
	 */
	private static function safe( array $rows, int $last ): array {
		$safe = array();
		foreach ( $rows as $row ) {
			if ( (int) $row->n !== $last + 1 && '1' !== (string) $row->old ) {
				break;
			}
			$last   = (int) $row->n;
			$safe[] = $row;
		}
		return $safe;
	}

	/**
	 * Show a row.
	 *
	 * @param \stdClass $row As the table has it.
	 */
	private static function shown( \stdClass $row ): array {
		$shown = array(
			'n'      => (int) $row->n,
			'kind'   => $row->kind,
			'id'     => (int) $row->id,
			'what'   => $row->what,
			'source' => $row->source,
			'at'     => str_replace( ' ', 'T', $row->at ) . 'Z',
		);
		return 'variation' === $row->kind ? $shown + array( 'parent' => (int) $row->parent ) : $shown;
	}
}
