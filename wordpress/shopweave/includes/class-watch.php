<?php
/**
 * Seeing what the shop changes.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Collects changes of a request and writes each once at its end.
 */
final class Watch {

	private const PRODUCTS = array(
		'product'           => 'product',
		'product_variation' => 'variation',
	);
	private const METAS    = array(
		'_stock'                 => 'stock',
		'_stock_status'          => 'stock',
		'_price'                 => 'price',
		'_regular_price'         => 'price',
		'_sale_price'            => 'price',
		'_sku'                   => 'content',
		'_thumbnail_id'          => 'image',
		'_product_image_gallery' => 'image',
	);
	private const PICTURES = array( '_wp_attachment_image_alt', '_wp_attached_file' );
	private const ORDERS   = array(
		'woocommerce_new_order'            => 'created',
		'woocommerce_update_order'         => 'content',
		'woocommerce_order_status_changed' => 'status',
		'woocommerce_payment_complete'     => 'paid',
		'woocommerce_order_refunded'       => 'refund',
		'woocommerce_trash_order'          => 'trashed',
		'woocommerce_untrash_order'        => 'restored',
		'woocommerce_before_delete_order'  => 'deleted',
	);
	private const COUPONS  = array(
		'woocommerce_new_coupon'                  => 'created',
		'woocommerce_update_coupon'               => 'content',
		'woocommerce_delete_coupon'               => 'deleted',
		'woocommerce_increase_coupon_usage_count' => 'content',
	);
	private const POSTS    = array(
		'trashed_post'   => 'trashed',
		'untrashed_post' => 'restored',
	);

	private const ENDS = array( 'deleted', 'trashed', 'restored' );

	/**
	 * What was seen in this request: kind and id to what.
	 *
	 * @var array
	 */
	private static $seen = array();

	/**
	 * Who asked for it.
	 *
	 * @var string
	 */
	private static $source = 'shop';

	/**
	 * Whether what happens just now stands in the feed already.
	 *
	 * @var bool
	 */
	private static $hub = false;

	/**
	 * Hook everything that tells of a change.
	 */
	public static function start(): void {
		foreach ( array( 'woocommerce_new_product', 'woocommerce_new_product_variation' ) as $hook ) {
			self::on( $hook, self::post_as( 'created' ) );
		}
		foreach ( array( 'woocommerce_update_product', 'woocommerce_update_product_variation', 'save_post_product', 'save_post_product_variation' ) as $hook ) {
			self::on( $hook, self::post_as( 'content' ) );
		}
		self::on( 'woocommerce_updated_product_stock', self::post_as( 'stock' ) );
		foreach ( array( 'woocommerce_product_set_stock', 'woocommerce_variation_set_stock' ) as $hook ) {
			self::on( $hook, array( self::class, 'stock_of' ) );
		}
		foreach ( self::POSTS as $hook => $what ) {
			self::on( $hook, self::post_as( $what ) );
		}
		add_action( 'deleted_post', array( self::class, 'deleted' ), 10, 2 );
		foreach ( array( 'added_post_meta', 'updated_post_meta', 'deleted_post_meta' ) as $hook ) {
			add_action( $hook, array( self::class, 'meta' ), 10, 3 );
		}
		self::start_terms();
		self::start_numbers( self::ORDERS, 'order' );
		self::start_numbers( self::COUPONS, 'coupon' );
		self::on( 'edit_attachment', self::picture_as( 'image' ) );
		self::on( 'add_attachment', self::picture_as( 'created' ) );
		self::on( 'delete_attachment', self::picture_as( 'deleted' ) );
		add_action( 'shutdown', array( self::class, 'flush' ) );
	}

	/**
	 * Hook what happens to categories and attributes.
	 */
	private static function start_terms(): void {
		add_action( 'created_term', self::term_as( 'created' ), 10, 3 );
		add_action( 'edited_term', self::term_as( 'content' ), 10, 3 );
		add_action( 'delete_term', self::term_as( 'deleted' ), 10, 3 );
		add_action( 'set_object_terms', array( self::class, 'assigned' ), 10, 6 );
		foreach ( array( 'added_term_meta', 'updated_term_meta' ) as $hook ) {
			add_action( $hook, array( self::class, 'term_meta' ), 10, 3 );
		}
		$attributes = array(
			'woocommerce_attribute_added'   => 'created',
			'woocommerce_attribute_updated' => 'content',
			'woocommerce_attribute_deleted' => 'deleted',
		);
		self::start_numbers( $attributes, 'attribute' );
	}

	/**
	 * Hook actions whose first argument is the number of something; drafts of the checkout are no orders yet.
	 *
	 * @param array  $hooks Hooks to what.
	 * @param string $kind  Of what.
	 */
	private static function start_numbers( array $hooks, string $kind ): void {
		foreach ( $hooks as $hook => $what ) {
			$listen = static function ( $id, ...$more ) use ( $kind, $what ): void {
				if ( ! array_filter( $more, array( Woo::class, 'is_draft_order' ) ) ) {
					self::see( $kind, (int) $id, $what );
				}
			};
			add_action( $hook, $listen, 10, 4 );
		}
	}

	/**
	 * Hook something that needs one argument.
	 *
	 * @param string   $hook   The hook.
	 * @param callable $listen What to do.
	 */
	private static function on( string $hook, callable $listen ): void {
		add_action( $hook, $listen, 10, 1 );
	}

	/**
	 * Note a change; the first thing said about a pair stays, but for stock, which is urgent, and for its end.
	 *
	 * @param string $kind Of what.
	 * @param int    $id   Its number.
	 * @param string $what What happened.
	 */
	public static function see( string $kind, int $id, string $what ): void {
		$known = self::$seen[ "{$kind} {$id}" ][2] ?? null;
		$wins  = null === $known || in_array( $what, self::ENDS, true ) || ( 'stock' === $what && 'content' === $known );
		if ( ! self::$hub && $wins ) {
			self::$seen[ "{$kind} {$id}" ] = array( $kind, $id, $what );
		}
	}

	/**
	 * Do something whose changes stand in the feed already.
	 *
	 * @param callable $work What is done.
	 * @return mixed
	 */
	public static function as_hub( callable $work ) {
		self::$hub = true;
		try {
			return $work();
		} finally {
			self::$hub = false;
		}
	}

	/**
	 * Say that the hub asked for all that this request changes.
	 */
	public static function by_hub(): void {
		self::$source = 'hub';
	}

	/**
	 * Write what was seen, in one statement; the hub hears of what it did not do itself.
	 */
	public static function flush(): void {
		$seen       = array_values( self::$seen );
		self::$seen = array();
		$first      = Feed::add( $seen, self::$source );
		if ( $first && 'shop' === self::$source ) {
			Ping::note( $seen, $first );
		}
	}

	/**
	 * Listen for a product or variation.
	 *
	 * @param string $what What happened.
	 */
	private static function post_as( string $what ): callable {
		return static function ( $id ) use ( $what ): void {
			$kind = self::PRODUCTS[ get_post_type( (int) $id ) ] ?? '';
			if ( '' !== $kind ) {
				self::see( $kind, (int) $id, $what );
				self::see_parent( $kind, (int) $id );
			} elseif ( 'shop_coupon' === get_post_type( (int) $id ) ) {
				self::see( 'coupon', (int) $id, $what );
			}
		};
	}

	/**
	 * Note the parent of a variation: its price range and stock follow its variations.
	 *
	 * @param string $kind Of what.
	 * @param int    $id   Its number.
	 */
	private static function see_parent( string $kind, int $id ): void {
		$parent = 'variation' === $kind ? (int) wp_get_post_parent_id( $id ) : 0;
		if ( $parent ) {
			self::see( 'product', $parent, 'content' );
		}
	}

	/**
	 * Note the stock of a product object.
	 *
	 * @param \WC_Product $product The product.
	 */
	public static function stock_of( $product ): void {
		self::see( $product->is_type( 'variation' ) ? 'variation' : 'product', (int) $product->get_id(), 'stock' );
	}

	/**
	 * Note a post that is gone.
	 *
	 * @param int      $id   Its number.
	 * @param \WP_Post $post What it was.
	 */
	public static function deleted( $id, $post ): void {
		$kind = ( self::PRODUCTS + array( 'shop_coupon' => 'coupon' ) )[ $post->post_type ] ?? '';
		if ( '' !== $kind ) {
			self::see( $kind, (int) $id, 'deleted' );
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
		if ( in_array( $key, self::PICTURES, true ) ) {
			self::see( 'image', (int) $id, 'image' );
		} elseif ( isset( self::METAS[ $key ] ) ) {
			$kind = self::PRODUCTS[ get_post_type( (int) $id ) ] ?? '';
			if ( '' !== $kind ) {
				self::see( $kind, (int) $id, self::METAS[ $key ] );
				self::see_parent( $kind, (int) $id );
			}
		}
	}

	/**
	 * Listen for a picture.
	 *
	 * @param string $what What happened.
	 */
	private static function picture_as( string $what ): callable {
		return static function ( $id ) use ( $what ): void {
			self::see( 'image', (int) $id, $what );
		};
	}

	/**
	 * Listen for a category or a term of an attribute.
	 *
	 * @param string $what What happened.
	 */
	private static function term_as( string $what ): callable {
		return static function ( $term, $row, $taxonomy ) use ( $what ): void {
			$kind = self::of_taxonomy( $taxonomy );
			if ( '' !== $kind ) {
				self::see( $kind, (int) $term, $what );
			}
		};
	}

	/**
	 * Say of what kind the terms of a taxonomy are.
	 *
	 * @param string $taxonomy Its name.
	 */
	private static function of_taxonomy( string $taxonomy ): string {
		if ( 0 === strpos( $taxonomy, 'pa_' ) ) {
			return 'attribute';
		}
		return in_array( $taxonomy, array( 'product_cat', 'product_brand', 'product_tag' ), true ) ? 'category' : '';
	}

	/**
	 * Note the picture or order of a category; counts come the same way and mean nothing.
	 *
	 * @param int    $row  Its row.
	 * @param int    $term Whose.
	 * @param string $key  Its name.
	 */
	public static function term_meta( $row, $term, $key ): void {
		if ( in_array( $key, array( 'thumbnail_id', 'order' ), true ) ) {
			self::see( 'category', (int) $term, 'content' );
		}
	}

	/**
	 * Note a product whose categories really changed: every save says that they did.
	 *
	 * @param int    $id       The product.
	 * @param array  $terms    As they were given.
	 * @param array  $now      Rows they have now.
	 * @param string $taxonomy Its name.
	 * @param bool   $append   Whether old ones stay.
	 * @param array  $before   Rows they had.
	 */
	public static function assigned( $id, $terms, $now, $taxonomy, $append, $before ): void {
		$kind = self::PRODUCTS[ get_post_type( (int) $id ) ] ?? '';
		$now  = array_map( 'intval', $append ? array_merge( $now, $before ) : $now );
		$was  = array_map( 'intval', $before );
		if ( '' !== $kind && ( array_diff( $now, $was ) || array_diff( $was, $now ) ) ) {
			self::see( $kind, (int) $id, 'product_visibility' === $taxonomy ? 'stock' : 'category' );
		}
	}
}
