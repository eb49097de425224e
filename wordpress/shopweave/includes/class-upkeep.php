<?php
/**
 * What is done without being asked: old rows go, what was cut off is finished.
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

	private const HOOK  = 'shopweave_upkeep';
	private const SWEEP = 'shopweave_sweep';

	/**
	 * See to it that the daily job is planned.
	 */
	public static function start(): void {
		add_action( self::HOOK, array( self::class, 'run' ) );
		add_action( self::SWEEP, array( self::class, 'sweep' ) );
		add_action( 'init', array( self::class, 'plan' ) );
	}

	/**
	 * Plan the job once.
	 */
	public static function plan(): void {
		if ( ! wp_next_scheduled( self::HOOK ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'daily', self::HOOK );
		}
		if ( ! wp_next_scheduled( self::SWEEP ) ) {
			wp_schedule_event( time() + HOUR_IN_SECONDS, 'hourly', self::SWEEP );
		}
	}

	/**
	 * Plan it no more.
	 */
	public static function stop(): void {
		wp_clear_scheduled_hook( self::HOOK );
		wp_clear_scheduled_hook( self::SWEEP );
	}

	/**
	 * Finish requests whose stock or prices were written and that were cut off before the rest, and never repeated.
	 */
	public static function sweep(): void {
		global $wpdb;
		if ( '' === Woo::version() ) {
			return;
		}
		$table = Tables::requests();
		$rows  = $wpdb->get_results( "SELECT k, answer FROM {$table} WHERE state = 1 AND at < UTC_TIMESTAMP() - INTERVAL 1 MINUTE LIMIT 100" );
		foreach ( $rows as $row ) {
			$answer = json_decode( $row->answer, true );
			isset( $answer['wanted'] ) ? Prices::settle( $row->k, $answer ) : Stock::settle( $row->k, $answer );
		}
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
