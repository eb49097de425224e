<?php
/**
 * The route that sets prices.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Answers POST /wc-shopweave/v1/prices: plain prices of simple products in one transaction, all others by the product.
 */
final class Prices {

	private const FIELDS = array( 'id', 'sku', 'regular', 'sale', 'from', 'to' );
	private const NUMBER = '/^\d{1,12}(\.\d{1,6})?$/D';

	/**
	 * Register the route.
	 */
	public static function register(): void {
		register_rest_route(
			Access::SPACE,
			'/prices',
			array(
				'methods'             => 'POST',
				'permission_callback' => array( Access::class, 'may_edit' ),
				'callback'            => Problem::caught( array( self::class, 'answer' ) ),
			)
		);
	}

	/**
	 * Set prices.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public static function answer( \WP_REST_Request $request ): array {
		$items = Batch::items( $request, self::FIELDS );

		list( $key, $state, $answer ) = Batch::once( $request, 'prices', $items, array( self::class, 'written' ) );
		if ( 2 !== $state ) {
			$answer = self::settle( $key, $answer );
		}
		unset( $answer['wanted'] );
		return $answer + array( 'replayed' => 0 !== $state );
	}

	/**
	 * Set the prices that need the product, and tell who listens; may be done again.
	 *
	 * @param string $key    The key of the request.
	 * @param array  $answer What was decided.
	 */
	public static function settle( string $key, array $answer ): array {
		Watch::by_hub();
		$settling = new Settling();
		Aftermath::forget( array_column( array_filter( $answer['items'], array( self::class, 'is_done' ) ), 'id' ) );
		foreach ( $answer['items'] as $number => $row ) {
			if ( $row['ok'] && 'object' === $row['way'] ) {
				$wanted = $answer['wanted'][ $number ];
				$settling->each(
					array( $row['id'] ),
					static function ( int $id ) use ( $wanted ): void {
						Woo::set_prices( $id, $wanted );
					}
				);
			}
		}
		Woo::forget_lists();
		return $settling->finish( $key, $answer );
	}

	/**
	 * Say whether an item was set.
	 *
	 * @param array $row Its answer.
	 */
	private static function is_done( array $row ): bool {
		return $row['ok'];
	}

	/**
	 * Decide all items and write the plain ones.
	 *
	 * @param Transaction $transaction The transaction.
	 * @param Goods       $goods       The products.
	 * @param array       $items       The items.
	 */
	public static function written( Transaction $transaction, Goods $goods, array $items ): array {
		$answers = array();
		$plain   = array();
		$seen    = array();
		// Items for a product that came before go by the product too: those are set in their order, after the commit.
		foreach ( $items as $item ) {
			$row = self::one( $goods, $item );
			if ( $row['ok'] && isset( $seen[ $row['id'] ] ) ) {
				$row['way'] = 'object';
			}
			$answers[] = $row;
			if ( $row['ok'] ) {
				$seen[ $row['id'] ] = true;
			}
			if ( $row['ok'] && 'fast' === $row['way'] ) {
				$plain[ $row['id'] ] = $item['regular'];
			}
		}
		return array(
			'items'  => $answers,
			'change' => self::store( $transaction, $goods, $plain ),
			'wanted' => $items,
		);
	}

	/**
	 * Decide one item.
	 *
	 * @param Goods $goods The products.
	 * @param array $item  The item.
	 */
	private static function one( Goods $goods, array $item ): array {
		$id = $goods->number( $item );
		if ( is_string( $id ) ) {
			return Batch::refused( null, $id );
		}
		foreach ( array( 'regular', 'sale' ) as $field ) {
			$value = $item[ $field ] ?? '';
			if ( ! is_string( $value ) || ( '' !== $value && ! preg_match( self::NUMBER, $value ) ) ) {
				return Batch::refused( $id, 'bad_number' );
			}
		}
		$regular = (string) ( $item['regular'] ?? $goods->meta( $id, '_regular_price' ) );
		$sale    = (string) ( $item['sale'] ?? '' );
		if ( '' !== $sale && ( '' === $regular || (float) $sale >= (float) $regular ) ) {
			return Batch::refused( $id, 'bad_sale' );
		}
		return array(
			'id'  => $id,
			'ok'  => true,
			'way' => self::is_plain( $goods, $id, $item ) ? 'fast' : 'object',
		);
	}

	/**
	 * Say whether a price is right when two metas say so: no sale now or before, no variation, no family.
	 *
	 * @param Goods $goods The products.
	 * @param int   $id    The product.
	 * @param array $item  The item.
	 */
	private static function is_plain( Goods $goods, int $id, array $item ): bool {
		$known = $goods->meta( $id, '_regular_price' );
		return '' !== ( $item['regular'] ?? '' ) && '' === ( $item['sale'] ?? '' ) && ! isset( $item['from'] ) && ! isset( $item['to'] )
			&& '' !== $known && '' === $goods->meta( $id, '_sale_price' ) && $known === $goods->meta( $id, '_price' )
			&& 0 === $goods->parent( $id ) && ! Woo::is_heard( 'woocommerce_update_product' );
	}

	/**
	 * Store plain prices, their copies, dates and changes; gives the number of the first change.
	 *
	 * @param Transaction $transaction The transaction.
	 * @param Goods       $goods       The products.
	 * @param array       $plain       Prices by product.
	 */
	private static function store( Transaction $transaction, Goods $goods, array $plain ): int {
		global $wpdb;
		if ( ! $plain ) {
			return 0;
		}
		ksort( $plain );
		$by_row  = array();
		$by_id   = array();
		$changes = array();
		foreach ( $plain as $id => $price ) {
			$by_id[ $id ] = "'{$price}'";
			$by_row      += array_fill_keys( array_merge( $goods->rows( $id, '_price' ), $goods->rows( $id, '_regular_price' ) ), "'{$price}'" );
			$changes[]    = array( 'product', $id, 'price' );
		}
		ksort( $by_row );
		$list    = implode( ',', array_keys( $by_row ) );
		$ids     = implode( ',', array_keys( $plain ) );
		$in_row  = Transaction::chosen( 'meta_id', $by_row );
		$in_copy = Transaction::chosen( 'product_id', $by_id );
		$transaction->rows( "SELECT meta_id FROM {$wpdb->postmeta} WHERE meta_id IN ({$list}) ORDER BY meta_id FOR UPDATE" );
		$transaction->write( "UPDATE {$wpdb->postmeta} SET meta_value = {$in_row} WHERE meta_id IN ({$list})" );
		$lookup = "{$wpdb->prefix}wc_product_meta_lookup";
		$transaction->write( "UPDATE {$lookup} SET max_price = {$in_copy}, min_price = max_price WHERE product_id IN ({$ids})" );
		$transaction->write( Stock::dates( array_keys( $plain ) ) );
		return Feed::within( $transaction, $changes );
	}
}
