<?php
/**
 * Writing changes.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- own table, its name made from the prefix.

/**
 * Adds rows to the table of changes.
 */
final class Feed {

	private const COLUMNS = ' (kind, id, what, parent, source, at)';

	/**
	 * Add what a transaction of the hub changes; gives the number of the first row.
	 *
	 * The rows have no guard: a database that is not told how many rows come wastes numbers, and readers would wait at
	 * the gap. On a lost connection they are hints at what did not happen, and the guarded writes behind them fail.
	 *
	 * @param Transaction $transaction The transaction.
	 * @param array       $changes     Each kind, id, what and, of a variation, its parent.
	 */
	public static function within( Transaction $transaction, array $changes ): int {
		global $wpdb;
		$transaction->insert( self::statement( $changes, 'hub' ) );
		return (int) $wpdb->insert_id;
	}

	/**
	 * Add what a request changed, in one statement; gives the number of the first row, 0 if there is none.
	 *
	 * @param array  $changes Each kind, id, what and, of a variation, its parent.
	 * @param string $source  Who asked for it, hub or shop.
	 */
	public static function add( array $changes, string $source = 'shop' ): int {
		global $wpdb;
		$is_written = $changes && $wpdb->query( self::statement( $changes, $source ) );
		return $is_written ? (int) $wpdb->insert_id : 0;
	}

	/**
	 * Write the statement that adds rows.
	 *
	 * @param array  $changes Each kind, id, what and, of a variation, its parent.
	 * @param string $source  Who asked for it.
	 */
	private static function statement( array $changes, string $source ): string {
		global $wpdb;
		$rows = array();
		foreach ( $changes as $change ) {
			$rows[] = $wpdb->prepare( '(%s, %d, %s, %d, %s, UTC_TIMESTAMP(6))', array_merge( array_pad( $change, 4, 0 ), array( $source ) ) );
		}
		return 'INSERT INTO ' . Tables::changes() . self::COLUMNS . ' VALUES ' . implode( ',', $rows );
	}
}
