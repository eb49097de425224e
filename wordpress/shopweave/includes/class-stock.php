<?php
/**
 * The route that changes stock.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- statements over whole numbers and formatted quantities.

/**
 * Answers POST /wc-shopweave/v1/stock: one short transaction, then what follows from it.
 */
final class Stock {

	private const FIELDS = array( 'id', 'sku', 'delta', 'set', 'expect', 'own' );
	private const NEAR   = 0.000001;

	/**
	 * Register the route.
	 */
	public static function register(): void {
		register_rest_route(
			Access::SPACE,
			'/stock',
			array(
				'methods'             => 'POST',
				'permission_callback' => array( Access::class, 'may_edit' ),
				'callback'            => Problem::caught( array( self::class, 'answer' ) ),
			)
		);
	}

	/**
	 * Change stock.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public static function answer( \WP_REST_Request $request ): array {
		$items = Batch::items( $request, self::FIELDS );
		array_map( array( self::class, 'check' ), $items );
		list( $key, $state, $answer ) = Batch::once( $request, 'stock', $items, array( self::class, 'written' ) );
		if ( 2 !== $state ) {
			$answer = self::settle( $key, $answer );
		}
		return $answer + array( 'replayed' => 0 !== $state );
	}

	/**
	 * Do what follows from a write, as often as needed.
	 *
	 * @param string $key    The key of the request.
	 * @param array  $answer What was written.
	 */
	public static function settle( string $key, array $answer ): array {
		$done                     = array_filter( array_column( $answer['items'], 'ok' ) );
		$touched                  = array_unique( array_column( array_intersect_key( $answer['items'], $done ), 'stock_id' ) );
		$settling                 = new Settling();
		$answer['status_changed'] = Watch::as_hub(
			$touched,
			static function () use ( $touched, $settling ): array {
				return Aftermath::of( $touched, $settling );
			}
		);
		return $settling->finish( $key, $answer );
	}

	/**
	 * See that an item says one thing to do.
	 *
	 * @param array $item The item.
	 * @throws Problem When it does not.
	 */
	private static function check( array $item ): void {
		if ( array_key_exists( 'delta', $item ) === array_key_exists( 'set', $item ) ) {
			throw Batch::bad( 'delta' );
		}
		if ( array_key_exists( 'set', $item ) !== array_key_exists( 'expect', $item ) ) {
			throw Batch::bad( 'expect' );
		}
	}

	/**
	 * Write all items that can be written.
	 *
	 * @param Transaction $transaction The transaction.
	 * @param Goods       $goods       The products.
	 * @param array       $items       The items.
	 */
	public static function written( Transaction $transaction, Goods $goods, array $items ): array {
		$holders = self::holders( $goods, $items );
		$current = self::locked( $transaction, $goods, array_unique( array_filter( $holders, 'is_int' ) ) );
		$before  = $current;
		$answers = array();
		foreach ( $items as $number => $item ) {
			$answers[] = self::one( $goods, $item, $holders[ $number ], $current );
		}
		$moved  = array_filter(
			$current,
			static function ( float $quantity, int $id ) use ( $before ): bool {
				return abs( $quantity - $before[ $id ] ) >= self::NEAR;
			},
			ARRAY_FILTER_USE_BOTH
		);
		$change = self::store( $transaction, $goods, $moved );
		return array(
			'items'  => $answers,
			'change' => $change,
		);
	}

	/**
	 * Find what holds the quantity of each item, or why nothing does; `own` refuses what another product holds.
	 *
	 * @param Goods $goods The products.
	 * @param array $items The items.
	 */
	private static function holders( Goods $goods, array $items ): array {
		$managed = Woo::manages_stock();
		$holders = array();
		foreach ( $items as $item ) {
			$id = $goods->number( $item );
			if ( is_string( $id ) ) {
				$holders[] = $id;
				continue;
			}
			$holder    = $goods->holder( $id );
			$holder    = empty( $item['own'] ) || $holder === $id ? $holder : 0;
			$code      = $managed ? 'stock_not_managed' : 'shop_stock_off';
			$holders[] = $managed && $holder ? $holder : $code;
		}
		return $holders;
	}

	/**
	 * Lock the rows of quantities in one order, whatever order the items have, and read them.
	 *
	 * @param Transaction $transaction The transaction.
	 * @param Goods       $goods       The products.
	 * @param array       $ids         What holds them.
	 */
	private static function locked( Transaction $transaction, Goods $goods, array $ids ): array {
		global $wpdb;
		$rows = array();
		foreach ( $ids as $id ) {
			if ( ! $goods->rows( $id, '_stock' ) ) {
				$goods->add_stock_row( $id );
			}
			$rows = array_merge( $rows, $goods->rows( $id, '_stock' ) );
		}
		if ( ! $rows ) {
			return array();
		}
		sort( $rows );
		$list  = implode( ',', $rows );
		$found = array();
		foreach ( $transaction->rows( "SELECT post_id, meta_value FROM {$wpdb->postmeta} WHERE meta_id IN ({$list}) ORDER BY meta_id FOR UPDATE" ) as $row ) {
			$found[ (int) $row->post_id ] = $found[ (int) $row->post_id ] ?? (float) $row->meta_value;
		}
		return $found;
	}

	/**
	 * Decide one item; quantities are carried on to the items behind it.
	 *
	 * @param Goods      $goods   The products.
	 * @param array      $item    The item.
	 * @param int|string $holder  What holds its quantity, or why nothing does.
	 * @param array      $current Quantities as they are by now.
	 */
	private static function one( Goods $goods, array $item, $holder, array &$current ): array {
		$id = $goods->number( $item );
		if ( is_string( $holder ) || ! isset( $current[ $holder ] ) ) {
			return Batch::refused( is_int( $id ) ? $id : null, is_string( $holder ) ? $holder : 'unknown_product' );
		}
		$number = $item['set'] ?? $item['delta'] ?? null;
		$expect = $item['expect'] ?? null;
		if ( ! Woo::is_quantity( $number ) || ( null !== $expect && ! is_numeric( $expect ) ) ) {
			return Batch::refused( $id, 'bad_number' );
		}
		$before = $current[ $holder ];
		if ( null !== $expect && abs( $before - $expect ) >= self::NEAR ) {
			return Batch::refused( $id, 'stock_moved', array( 'stock' => self::shown( $before ) ) );
		}
		$current[ $holder ] = isset( $item['set'] ) ? 0.0 + $number : $before + $number;
		return array(
			'id'       => $id,
			'stock_id' => $holder,
			'ok'       => true,
			'before'   => self::shown( $before ),
			'after'    => self::shown( $current[ $holder ] ),
		);
	}

	/**
	 * Show a quantity as a whole number where it is one.
	 *
	 * @param float $quantity A quantity.
	 * @return int|float
	 */
	private static function shown( float $quantity ) {
		return floor( $quantity ) === $quantity ? (int) $quantity : $quantity;
	}

	/**
	 * Store quantities, their copies, dates and changes; gives the number of the first change.
	 *
	 * @param Transaction $transaction The transaction.
	 * @param Goods       $goods       The products.
	 * @param array       $moved       Quantities by what holds them.
	 */
	private static function store( Transaction $transaction, Goods $goods, array $moved ): int {
		global $wpdb;
		if ( ! $moved ) {
			return 0;
		}
		$by_row  = array();
		$by_id   = array();
		$dated   = array();
		$changes = array();
		foreach ( $moved as $id => $quantity ) {
			$text         = "'" . rtrim( rtrim( sprintf( '%.6F', $quantity ), '0' ), '.' ) . "'";
			$by_id[ $id ] = $text;
			$by_row      += array_fill_keys( $goods->rows( $id, '_stock' ), $text );

			$parent    = $goods->parent( $id );
			$dated     = array_merge( $dated, array_filter( array( $id, $parent ) ) );
			$changes[] = array( $parent ? 'variation' : 'product', $id, 'stock', $parent );
		}
		$rows    = implode( ',', array_keys( $by_row ) );
		$ids     = implode( ',', array_keys( $by_id ) );
		$in_row  = Transaction::chosen( 'meta_id', $by_row );
		$in_copy = Transaction::chosen( 'product_id', $by_id );
		$transaction->write( "UPDATE {$wpdb->postmeta} SET meta_value = {$in_row} WHERE meta_id IN ({$rows})" );
		$transaction->write( "UPDATE {$wpdb->prefix}wc_product_meta_lookup SET stock_quantity = {$in_copy} WHERE product_id IN ({$ids})" );
		$transaction->write( self::dates( array_unique( $dated ) ) );
		return Feed::within( $transaction, $changes );
	}

	/**
	 * Write the statement that moves the dates of products.
	 *
	 * @param array $ids Their numbers.
	 */
	public static function dates( array $ids ): string {
		global $wpdb;
		$list = implode( ',', $ids );
		return $wpdb->prepare(
			"UPDATE {$wpdb->posts} SET post_modified = %s, post_modified_gmt = %s WHERE ID IN ({$list})",
			current_time( 'mysql' ),
			current_time( 'mysql', true )
		);
	}
}
