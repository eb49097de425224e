<?php
/**
 * What is done daily: old rows go.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- own tables, names made from the prefix.

/**
 * Removes requests after 7 days and changes after 14, never the newest change.
 */
final class Upkeep {

	private const HOOK = 'shopweave_upkeep';

	/**
	 * See to it that the daily job is planned.
	 */
	public static function start(): void {
		add_action( self::HOOK, array( self::class, 'run' ) );
		add_action( 'init', array( self::class, 'plan' ) );
	}

	/**
	 * Plan the job once.
	 */
	public static function plan(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'daily', self::HOOK );
		}
	}

	/**
	 * Plan it no more.
	 */
	public static function stop(): void {
		wp_clear_scheduled_hook( self::HOOK );
	}

	/**
	 * Remove what is old. The newest change stays: a database that restarts may count on from it.
	 */
	public static function run(): void {
		global $wpdb;
		$requests = Tables::requests();
		$changes  = Tables::changes();
		$wpdb->query( "DELETE FROM {$requests} WHERE at < UTC_TIMESTAMP() - INTERVAL 7 DAY" );
		$newest = (int) $wpdb->get_var( "SELECT MAX(n) FROM {$changes}" );
		$wpdb->query( $wpdb->prepare( "DELETE FROM {$changes} WHERE at < UTC_TIMESTAMP() - INTERVAL 14 DAY AND n < %d", $newest ) );
	}
}
