<?php
/**
 * The plug-in's two tables and its options.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- own tables, names made from the prefix.

/**
 * Makes, upgrades and removes what the plug-in stores.
 */
final class Tables {

	private const LAYOUT  = '2';
	private const OPTIONS = array( 'shopweave_layout', 'shopweave_feed', 'shopweave_settings' );
	private const METAS   = array( '_shopweave_source', '_shopweave_sha256' );

	/**
	 * Name the table of requests that were answered.
	 */
	public static function requests(): string {
		global $wpdb;
		return $wpdb->prefix . 'shopweave_request';
	}

	/**
	 * Name the table of changes.
	 */
	public static function changes(): string {
		global $wpdb;
		return $wpdb->prefix . 'shopweave_change';
	}

	/**
	 * Make the tables; twice does no harm.
	 */
	public static function install(): void {
		global $wpdb;
		// Two requests may do this at once.
		$loud     = $wpdb->suppress_errors( true );
		$suffix   = 'ENGINE=InnoDB ' . $wpdb->get_charset_collate();
		$requests = self::requests();
		$changes  = self::changes();
		$wpdb->query(
			"CREATE TABLE IF NOT EXISTS {$requests} (
				k varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, body_hash char(64) NOT NULL, state tinyint NOT NULL,
				answer longtext NOT NULL, at datetime NOT NULL, KEY at (at), KEY state (state)) {$suffix}"
		);
		if ( '1' === get_option( 'shopweave_layout' ) ) {
			$wpdb->query( "ALTER TABLE {$requests} MODIFY k varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL" );
			$wpdb->query( "ALTER TABLE {$changes} ADD COLUMN parent bigint unsigned NOT NULL DEFAULT 0 AFTER id" );
		}
		$wpdb->query(
			"CREATE TABLE IF NOT EXISTS {$changes} (
				n bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, kind varchar(12) NOT NULL,
				id bigint unsigned NOT NULL, parent bigint unsigned NOT NULL DEFAULT 0, what varchar(12) NOT NULL, source varchar(4) NOT NULL,
				at datetime(6) NOT NULL, KEY at (at)) {$suffix}"
		);
		if ( ! get_option( 'shopweave_feed' ) || self::is_empty( $changes ) ) {
			update_option( 'shopweave_feed', bin2hex( random_bytes( 8 ) ), true );
		}
		$is_made = null !== $wpdb->get_var( "SHOW COLUMNS FROM {$changes} LIKE 'parent'" );
		$wpdb->suppress_errors( $loud );
		if ( $is_made ) {
			update_option( 'shopweave_layout', self::LAYOUT, true );
		}
	}

	/**
	 * Make the tables where an update came without an activation.
	 */
	public static function upgrade(): void {
		if ( get_option( 'shopweave_layout' ) !== self::LAYOUT ) {
			self::install();
		}
	}

	/**
	 * Drop tables, options and metas.
	 */
	public static function remove(): void {
		global $wpdb;
		$wpdb->query( 'DROP TABLE IF EXISTS ' . self::requests() );
		$wpdb->query( 'DROP TABLE IF EXISTS ' . self::changes() );
		array_map( 'delete_option', self::OPTIONS );
		delete_transient( 'shopweave_ping_paused' );
		array_map( 'delete_post_meta_by_key', self::METAS );
	}

	/**
	 * Name the engine stock is kept in.
	 */
	public static function engine(): string {
		global $wpdb;
		return (string) $wpdb->get_var( self::engine_query() );
	}

	/**
	 * Write the query for the engine stock is kept in: InnoDB only if all tables of a write are.
	 */
	public static function engine_query(): string {
		global $wpdb;
		$tables = array( $wpdb->postmeta, $wpdb->posts, $wpdb->prefix . 'wc_product_meta_lookup', self::requests(), self::changes() );
		$marks  = implode( ',', array_fill( 0, count( $tables ), '%s' ) );
		$query  = "SELECT ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ({$marks}) ORDER BY ENGINE = 'InnoDB' LIMIT 1";
		return $wpdb->prepare( $query, $tables );
	}

	/**
	 * Give the step in which the database counts rows.
	 */
	public static function step(): int {
		global $wpdb;
		return (int) $wpdb->get_var( 'SELECT @@auto_increment_increment' );
	}

	/**
	 * Say whether a table holds nothing.
	 *
	 * @param string $table Its name.
	 */
	private static function is_empty( string $table ): bool {
		global $wpdb;
		return null === $wpdb->get_var( "SELECT 1 FROM {$table} LIMIT 1" );
	}
}
