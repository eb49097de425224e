<?php
/**
 * Seeing what happens to products, variations and pictures.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Listens to WooCommerce's hooks, and to WordPress's own for those who write past WooCommerce.
 */
final class Watch_Goods {

	private const KINDS     = array(
		'product'           => 'product',
		'product_variation' => 'variation',
	);
	private const POSTS     = self::KINDS + array(
		'shop_coupon' => 'coupon',
		'shop_order'  => 'order',
	);
	private const HOOKS     = array(
		'woocommerce_new_product'              => 'created',
		'woocommerce_new_product_variation'    => 'created',
		'woocommerce_update_product'           => 'content',
		'woocommerce_update_product_variation' => 'content',
		'save_post_product'                    => 'content',
		'save_post_product_variation'          => 'content',
		'woocommerce_updated_product_stock'    => 'stock',
		'trashed_post'                         => 'trashed',
		'untrashed_post'                       => 'restored',
	);
	private const METAS     = array(
		'_stock'                 => 'stock',
		'_stock_status'          => 'stock',
		'_manage_stock'          => 'stock',
		'_backorders'            => 'stock',
		'_price'                 => 'price',
		'_regular_price'         => 'price',
		'_sale_price'            => 'price',
		'_sale_price_dates_from' => 'price',
		'_sale_price_dates_to'   => 'price',
		'_sku'                   => 'content',
		'_global_unique_id'      => 'content',
		'_weight'                => 'content',
		'_length'                => 'content',
		'_width'                 => 'content',
		'_height'                => 'content',
		'_tax_class'             => 'content',
		'_product_attributes'    => 'content',
		'_variation_description' => 'content',
		'_thumbnail_id'          => 'image',
		'_product_image_gallery' => 'image',
	);
	private const PICTURES  = array(
		'add_attachment'    => 'created',
		'edit_attachment'   => 'image',
		'delete_attachment' => 'deleted',
	);
	private const OF_A_FILE = array( '_wp_attachment_image_alt', '_wp_attached_file' );

	/**
	 * Hook everything that tells of one.
	 */
	public static function start(): void {
		foreach ( self::HOOKS as $hook => $what ) {
			add_action( $hook, self::post_as( $what ), 10, 1 );
		}
		foreach ( array( 'woocommerce_product_set_stock', 'woocommerce_variation_set_stock' ) as $hook ) {
			add_action( $hook, array( self::class, 'stock_of' ), 10, 1 );
		}
		add_action( 'deleted_post', array( self::class, 'deleted' ), 10, 2 );
		foreach ( array( 'added_post_meta', 'updated_post_meta', 'deleted_post_meta' ) as $hook ) {
			add_action( $hook, array( self::class, 'meta' ), 10, 3 );
		}
		foreach ( self::PICTURES as $hook => $what ) {
			add_action( $hook, self::picture_as( $what ), 10, 1 );
		}
	}

	/**
	 * Name the kind of a product or variation, empty for all else.
	 *
	 * @param int $id Its number.
	 */
	public static function kind( int $id ): string {
		return self::KINDS[ (string) get_post_type( $id ) ] ?? '';
	}

	/**
	 * Note a product or variation and, with a variation, its parent, whose prices and stock follow from all of them.
	 *
	 * @param string $kind Of what.
	 * @param int    $id   Its number.
	 * @param string $what What happened.
	 */
	public static function see( string $kind, int $id, string $what ): void {
		$parent = 'variation' === $kind ? (int) wp_get_post_parent_id( $id ) : 0;
		Watch::see( $kind, $id, $what, $parent );
		Watch::see( 'product', $parent, 'content' );
	}

	/**
	 * Listen for a post that is something to sell, or an order or coupon that is kept as a post.
	 *
	 * @param string $what What happened.
	 */
	private static function post_as( string $what ): callable {
		return static function ( $id ) use ( $what ): void {
			$kind = self::POSTS[ (string) get_post_type( (int) $id ) ] ?? '';
			if ( '' !== $kind ) {
				self::see( $kind, (int) $id, $what );
			}
		};
	}

	/**
	 * Note the stock of a product object.
	 *
	 * @param \WC_Product $product The product.
	 */
	public static function stock_of( $product ): void {
		$parent = $product->is_type( 'variation' ) ? (int) $product->get_parent_id() : 0;
		Watch::see( $parent ? 'variation' : 'product', (int) $product->get_id(), 'stock', $parent );
	}

	/**
	 * Note a post that is gone.
	 *
	 * @param int      $id   Its number.
	 * @param \WP_Post $post What it was.
	 */
	public static function deleted( $id, $post ): void {
		$kind   = self::POSTS[ $post->post_type ] ?? '';
		$parent = 'variation' === $kind ? (int) $post->post_parent : 0;
		if ( '' !== $kind ) {
			Watch::see( $kind, (int) $id, 'deleted', $parent );
			Watch::see( 'product', $parent, 'content' );
		}
	}

	/**
	 * Note a meta of a product or picture.
	 *
	 * @param int|array $row Its row, or rows.
	 * @param int       $id  Whose.
	 * @param string    $key Its name.
	 */
	public static function meta( $row, $id, $key ): void {
		if ( in_array( $key, self::OF_A_FILE, true ) ) {
			Watch::see( 'image', (int) $id, 'image' );
		} elseif ( isset( self::METAS[ $key ] ) ) {
			$kind = self::kind( (int) $id );
			if ( '' !== $kind ) {
				self::see( $kind, (int) $id, self::METAS[ $key ] );
			}
		}
	}

	/**
	 * Find products and variations that show a picture.
	 *
	 * @param array $pictures Numbers of pictures.
	 */
	public static function showing( array $pictures ): array {
		global $wpdb;
		$list  = implode( "','", array_map( 'intval', $pictures ) );
		$any   = implode( '|', array_map( 'intval', $pictures ) );
		$query = "SELECT DISTINCT p.ID FROM {$wpdb->postmeta} m JOIN {$wpdb->posts} p ON p.ID = m.post_id AND p.post_type IN ('product', 'product_variation')
			WHERE (m.meta_key = '_thumbnail_id' AND m.meta_value IN ('{$list}'))
				OR (m.meta_key = '_product_image_gallery' AND m.meta_value REGEXP '(^|,)({$any})(,|$)')";
		return array_map( 'intval', $wpdb->get_col( $query ) ); // phpcs:ignore WordPress.DB -- lists of whole numbers; a cached answer would be wrong here.
	}

	/**
	 * Listen for a picture.
	 *
	 * @param string $what What happened.
	 */
	private static function picture_as( string $what ): callable {
		return static function ( $id ) use ( $what ): void {
			Watch::see( 'image', (int) $id, $what );
		};
	}
}
