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

	private const COLUMNS = ' (kind, id, what, source, at)';

	/**
	 * Add what a transaction of the hub changes; gives the number of the first row.
	 *
	 * @param Transaction $transaction The transaction.
	 * @param array       $changes     Each kind, id, what.
	 */
	public static function within( Transaction $transaction, array $changes ): int {
		global $wpdb;
		$rows = array();
		foreach ( $changes as $change ) {
			$rows[] = $wpdb->prepare( "%s, %d, %s, 'hub', UTC_TIMESTAMP(6)", $change );
		}
		$transaction->insert( Tables::changes() . self::COLUMNS, $rows );
		return (int) $wpdb->insert_id;
	}

	/**
	 * Add what a request changed, in one statement; gives the number of the first row, 0 if there is none.
	 *
	 * @param array  $changes Each kind, id, what.
	 * @param string $source  Who asked for it, hub or shop.
	 */
	public static function add( array $changes, string $source = 'shop' ): int {
		global $wpdb;
		$rows = array();
		foreach ( $changes as $change ) {
			$rows[] = $wpdb->prepare( "(%s, %d, %s, %s, UTC_TIMESTAMP(6))", array_merge( $change, array( $source ) ) );
		}
		if ( ! $rows || ! $wpdb->query( 'INSERT INTO ' . Tables::changes() . self::COLUMNS . ' VALUES ' . implode( ',', $rows ) ) ) {
			return 0;
		}
		return (int) $wpdb->insert_id;
	}
}
