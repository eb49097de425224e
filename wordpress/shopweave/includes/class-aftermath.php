<?php
/**
 * What follows from stock that was written: caches, statuses, listeners.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- lists of whole numbers; a cached row would be wrong here.

/**
 * Brings everything beside the quantity right; may be done again at any time.
 */
final class Aftermath {

	private const ROUNDS = 3;

	/**
	 * Bring products right; gives those whose status changed.
	 *
	 * @param array    $ids      What holds the quantities.
	 * @param Settling $settling Knows which failed.
	 */
	public static function of( array $ids, Settling $settling ): array {
		$ids     = array_map( 'intval', $ids );
		$changed = array();
		self::forget( $ids );
		Woo::forget_counts();
		// The status may be overtaken by a request that ran at the same time: look again after each save.
		for ( $round = 0; $round < self::ROUNDS; $round++ ) {
			$flipped = self::flipped( $ids );
			$settling->each( $flipped, array( Woo::class, 'save' ) );
			self::forget( $flipped );
			$changed = array_merge( $changed, $flipped );
			if ( ! $flipped ) {
				break;
			}
		}
		Woo::tell_stock( $ids, $settling );
		return array_values( array_unique( $changed ) );
	}

	/**
	 * Drop what caches hold of products.
	 *
	 * @param array $ids Their numbers.
	 */
	public static function forget( array $ids ): void {
		$is_heard = has_action( 'clean_post_cache' );
		foreach ( $ids as $id ) {
			wp_cache_delete( $id, 'post_meta' );
			wp_cache_delete( $id, 'posts' );
			Woo::forget( $id );
		}
		// Page caches and newer WooCommerce empty themselves by it; it loads the post.
		if ( $is_heard ) {
			_prime_post_caches( $ids, false, false );
			array_map( 'clean_post_cache', $ids );
		}
		wp_cache_set_posts_last_changed();
	}

	/**
	 * Find the products whose status does not fit their quantity.
	 *
	 * @param array $ids Their numbers.
	 */
	private static function flipped( array $ids ): array {
		global $wpdb;
		if ( ! $ids ) {
			return array();
		}
		$list  = implode( ',', $ids );
		$rows  = $wpdb->get_results(
			"SELECT post_id, meta_key, meta_value FROM {$wpdb->postmeta} WHERE post_id IN ({$list})
				AND meta_key IN ('_stock', '_stock_status', '_backorders', '_manage_stock') ORDER BY meta_id DESC"
		);
		$known = array();
		foreach ( $rows as $row ) {
			$known[ (int) $row->post_id ][ $row->meta_key ] = $row->meta_value;
		}
		$limit = absint( get_option( 'woocommerce_notify_no_stock_amount', 0 ) );
		return array_keys(
			array_filter(
				$known,
				static function ( array $metas ) use ( $limit ): bool {
					$empty = in_array( $metas['_backorders'] ?? '', array( 'yes', 'notify' ), true ) ? 'onbackorder' : 'outofstock';
					$right = (int) ( $metas['_stock'] ?? 0 ) > $limit ? 'instock' : $empty;
					return 'yes' === ( $metas['_manage_stock'] ?? '' ) && ( $metas['_stock_status'] ?? '' ) !== $right;
				}
			)
		);
	}
}
