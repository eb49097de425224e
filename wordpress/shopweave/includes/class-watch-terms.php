<?php
/**
 * Seeing what happens to categories, brands, tags and attributes.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Listens to what WordPress says of terms, and of which product has which.
 */
final class Watch_Terms {

	private const CATEGORIES = array( 'product_cat', 'product_brand', 'product_tag' );
	private const TERMS      = array(
		'created_term' => 'created',
		'edited_term'  => 'content',
		'delete_term'  => 'deleted',
	);
	private const ATTRIBUTES = array(
		'woocommerce_attribute_added'   => 'created',
		'woocommerce_attribute_updated' => 'content',
		'woocommerce_attribute_deleted' => 'deleted',
	);

	/**
	 * Hook everything that tells of one.
	 */
	public static function start(): void {
		foreach ( self::TERMS as $hook => $what ) {
			add_action( $hook, self::term_as( $what ), 10, 3 );
		}
		foreach ( self::ATTRIBUTES as $hook => $what ) {
			add_action(
				$hook,
				static function ( $id ) use ( $what ): void {
					Watch::see( 'attribute', (int) $id, $what );
				},
				10,
				1
			);
		}
		foreach ( array( 'added_term_meta', 'updated_term_meta', 'deleted_term_meta' ) as $hook ) {
			add_action( $hook, array( self::class, 'meta' ), 10, 3 );
		}
		// These two tell of real changes only, while every save sets the terms of a product anew.
		add_action( 'added_term_relationship', array( self::class, 'assigned' ), 10, 3 );
		add_action( 'deleted_term_relationships', array( self::class, 'assigned' ), 10, 3 );
	}

	/**
	 * Listen for a category or a term of an attribute.
	 *
	 * @param string $what What happened.
	 */
	private static function term_as( string $what ): callable {
		return static function ( $term, $row, $taxonomy ) use ( $what ): void {
			self::see( (int) $term, (string) $taxonomy, $what );
		};
	}

	/**
	 * Note a term if it is one of the shop's.
	 *
	 * @param int    $term     Its number.
	 * @param string $taxonomy Where it belongs.
	 * @param string $what     What happened.
	 */
	private static function see( int $term, string $taxonomy, string $what ): void {
		if ( 0 === strpos( $taxonomy, 'pa_' ) ) {
			Watch::see( 'attribute', $term, $what );
		} elseif ( in_array( $taxonomy, self::CATEGORIES, true ) ) {
			Watch::see( 'category', $term, $what );
		}
	}

	/**
	 * Note the picture or order of a term; counts come the same way and mean nothing.
	 *
	 * @param int|array $row  Its row, or rows.
	 * @param int       $term Whose.
	 * @param string    $key  Its name.
	 */
	public static function meta( $row, $term, $key ): void {
		$known = in_array( $key, array( 'thumbnail_id', 'order' ), true ) ? get_term( (int) $term ) : null;
		if ( $known instanceof \WP_Term ) {
			self::see( (int) $term, $known->taxonomy, 'content' );
		}
	}

	/**
	 * Note a product that has a term more or less.
	 *
	 * @param int       $id       The product.
	 * @param int|array $rows     The rows of the terms.
	 * @param string    $taxonomy Where they belong.
	 */
	public static function assigned( $id, $rows, $taxonomy ): void {
		$kind = Watch_Goods::kind( (int) $id );
		if ( '' !== $kind && array_filter( (array) $rows ) ) {
			Watch_Goods::see( $kind, (int) $id, 'product_visibility' === $taxonomy ? 'stock' : 'category' );
		}
	}
}
