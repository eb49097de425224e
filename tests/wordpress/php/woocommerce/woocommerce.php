<?php
/**
 * Plugin Name: WooCommerce
 * Description: WooCommerce's functions as far as the companion calls them, made from what was measured on 9.9.5.
 * Version:     9.9.5
 *
 * Stands in only where there is no WooCommerce. It is a plug-in, loaded after the companion, as the real one is.
 */

define( 'WC_VERSION', '9.9.5' );
define( 'WC_ABSPATH', __DIR__ . '/' );

foreach ( array( 'namespaced', 'listeners', 'orders' ) as $standin_file ) {
	require_once __DIR__ . "/{$standin_file}.php";
}

add_action(
	'init',
	static function () {
		do_action( 'before_woocommerce_init' );
		register_post_type( 'product', array( 'public' => true, 'capability_type' => 'product', 'map_meta_cap' => true, 'supports' => array( 'title', 'editor', 'thumbnail' ) ) );
		register_post_type( 'product_variation', array( 'public' => false, 'hierarchical' => false, 'supports' => false, 'capability_type' => 'product' ) );
		foreach ( array( 'product_type', 'product_visibility', 'product_cat' ) as $taxonomy ) {
			register_taxonomy( $taxonomy, 'product', array( 'hierarchical' => 'product_cat' === $taxonomy ) );
		}
	},
	1
);

/** Makes what WooCommerce's own installation makes. */
function standin_install() {
	global $wpdb;
	$tables = array(
		'wc_product_meta_lookup' => 'product_id bigint NOT NULL PRIMARY KEY, sku varchar(100) NULL, stock_quantity double NULL, stock_status varchar(100) NULL, min_price decimal(19,4) NULL, max_price decimal(19,4) NULL, KEY sku (sku)',
		'woocommerce_api_keys'   => 'key_id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id bigint, permissions varchar(10), consumer_key varchar(64), consumer_secret varchar(64)',
	);
	foreach ( $tables as $name => $columns ) {
		$wpdb->query( "CREATE TABLE {$wpdb->prefix}{$name} ({$columns}) ENGINE=InnoDB {$wpdb->get_charset_collate()}" );
	}
	update_option( 'woocommerce_manage_stock', 'yes' );
	update_option( 'woocommerce_notify_no_stock_amount', '0' );
	$edits = array();
	foreach ( array( 'edit', 'read', 'delete', 'publish', 'edit_others', 'edit_published', 'delete_published', 'edit_private' ) as $verb ) {
		$edits += array( "{$verb}_products" => true, "{$verb}_product" => true );
	}
	$edits += array( 'manage_woocommerce' => true );
	add_role( 'shop_manager', 'Shop manager', $edits + get_role( 'editor' )->capabilities );
	foreach ( array_keys( $edits ) as $right ) {
		get_role( 'administrator' )->add_cap( $right );
	}
}

/** Opens the API to consumer keys, by the request's address and the key's permission. */
final class Standin_Keys {
	private static $error = null;

	public static function start() {
		add_filter( 'determine_current_user', array( self::class, 'user' ), 15 );
		add_filter( 'rest_authentication_errors', array( self::class, 'errors' ), 15 );
	}

	public static function user( $user ) {
		$uri   = $_SERVER['REQUEST_URI'] ?? '';
		$ours  = false !== strpos( $uri, 'wp-json/wc/' ) || false !== strpos( $uri, 'wp-json/wc-' );
		$given = $_SERVER['PHP_AUTH_USER'] ?? '';
		if ( $user || 'ck_' !== substr( $given, 0, 3 ) || ! apply_filters( 'woocommerce_rest_is_request_to_rest_api', $ours ) ) {
			return $user;
		}
		global $wpdb;
		$key = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}woocommerce_api_keys WHERE consumer_key = %s", $given ) );
		if ( ! $key ) {
			return $user;
		}
		$reads = in_array( $_SERVER['REQUEST_METHOD'], array( 'GET', 'HEAD' ), true );
		$may   = 'read_write' === $key->permissions || $key->permissions === ( $reads ? 'read' : 'write' );
		if ( ! $may || ! hash_equals( $key->consumer_secret, $_SERVER['PHP_AUTH_PW'] ?? '' ) ) {
			self::$error = new WP_Error( 'woocommerce_rest_authentication_error', 'The key does not fit.', array( 'status' => 401 ) );
			return 0;
		}
		return (int) $key->user_id;
	}

	public static function errors( $error ) {
		return self::$error ?? $error;
	}
}
Standin_Keys::start();

/** A product or variation; saving it moves its date and tells who listens. */
class WC_Product {
	protected $id;
	protected $set = array();

	public function __construct( $id ) {
		$this->id = (int) $id;
	}

	public function get_id() {
		return $this->id;
	}

	public function is_type( $type ) {
		return $type === $this->get_type();
	}

	public function get_type() {
		if ( 'product_variation' === get_post_type( $this->id ) ) {
			return 'variation';
		}
		$terms = wp_get_object_terms( $this->id, 'product_type', array( 'fields' => 'slugs' ) );
		return $terms[0] ?? 'simple';
	}

	public function get_parent_id() {
		return (int) wp_get_post_parent_id( $this->id );
	}

	public function get_image_id( $context = 'view' ) {
		return $this->set['_thumbnail_id'] ?? get_post_meta( $this->id, '_thumbnail_id', true );
	}

	public function set_image_id( $id ) {
		$this->set['_thumbnail_id'] = $id;
	}

	public function get_gallery_image_ids( $context = 'view' ) {
		return array_filter( explode( ',', $this->set['_product_image_gallery'] ?? (string) get_post_meta( $this->id, '_product_image_gallery', true ) ) );
	}

	public function set_gallery_image_ids( $ids ) {
		$this->set['_product_image_gallery'] = implode( ',', $ids );
	}

	private function meta( $key ) {
		return (string) get_post_meta( $this->id, $key, true );
	}

	/** Brings status, its copy, the visibility term and the family right, as validate_props and the data store do. */
	private function settle_status() {
		if ( 'yes' === $this->meta( '_manage_stock' ) ) {
			$empty = 'no' === $this->meta( '_backorders' ) ? 'outofstock' : 'onbackorder';
			$right = (int) $this->meta( '_stock' ) > absint( get_option( 'woocommerce_notify_no_stock_amount', 0 ) ) ? 'instock' : $empty;
			$this->show_status( $right );
			foreach ( $this->is_type( 'variable' ) ? standin_children( $this->id ) : array() as $child ) {
				if ( 'yes' !== get_post_meta( $child, '_manage_stock', true ) ) {
					( new WC_Product( $child ) )->show_status( $right );
				}
			}
		}
		$parent = $this->get_parent_id();
		if ( $this->is_type( 'variation' ) && 'yes' !== get_post_meta( $parent, '_manage_stock', true ) ) {
			$found = array_map( static fn( $id ) => get_post_meta( $id, '_stock_status', true ), standin_children( $parent ) );
			( new WC_Product( $parent ) )->show_status( in_array( 'instock', $found, true ) ? 'instock' : 'outofstock' );
		}
	}

	public function show_status( $status ) {
		update_post_meta( $this->id, '_stock_status', $status );
		standin_lookup( $this->id );
		wp_set_object_terms( $this->id, 'outofstock' === $status ? 'outofstock' : array(), 'product_visibility' );
	}

	public function set_regular_price( $price ) {
		$this->set['_regular_price'] = $price;
	}

	public function set_sale_price( $price ) {
		$this->set['_sale_price'] = $price;
	}

	public function set_date_on_sale_from( $date ) {
		$this->set['_sale_price_dates_from'] = $date ? strtotime( $date ) : '';
	}

	public function set_date_on_sale_to( $date ) {
		$this->set['_sale_price_dates_to'] = $date ? strtotime( $date ) : '';
	}

	/** The price that counts now: the sale's while it runs, else the regular one. */
	private function settle_price() {
		$from = $this->meta( '_sale_price_dates_from' );
		$to   = $this->meta( '_sale_price_dates_to' );
		$runs = '' !== $this->meta( '_sale_price' ) && ( '' === $from || $from <= time() ) && ( '' === $to || $to >= time() );
		update_post_meta( $this->id, '_price', $this->meta( $runs ? '_sale_price' : '_regular_price' ) );
	}

	public function save() {
		global $wpdb;
		foreach ( $this->set as $key => $value ) {
			update_post_meta( $this->id, $key, $value );
		}
		$this->set = array();
		$this->settle_status();
		$this->settle_price();
		$now       = array( 'post_modified' => current_time( 'mysql' ), 'post_modified_gmt' => current_time( 'mysql', true ) );
		$wpdb->update( $wpdb->posts, $now, array( 'ID' => $this->id ) );
		clean_post_cache( $this->id );
		standin_lookup( $this->id );
		if ( $this->is_type( 'variation' ) ) {
			WC_Post_Data::defer( $this->get_parent_id() );
		}
		do_action( $this->is_type( 'variation' ) ? 'woocommerce_update_product_variation' : 'woocommerce_update_product', $this->id, $this );
		return $this->id;
	}
}

function wc_get_product( $id ) {
	return in_array( get_post_type( $id ), array( 'product', 'product_variation' ), true ) ? new WC_Product( $id ) : false;
}

/** Writes the row of the lookup table as update_lookup_table does: not if it knows, or thinks to know, that the row says so. */
function standin_lookup( $id ) {
	global $wpdb;
	$meta   = static fn( $key ) => get_post_meta( $id, $key, true );
	$prices = (array) get_post_meta( $id, '_price' );
	$data   = array(
		'product_id'     => $id,
		'sku'            => $meta( '_sku' ),
		'min_price'      => reset( $prices ) ? reset( $prices ) : null,
		'max_price'      => end( $prices ) ? end( $prices ) : null,
		'stock_quantity' => 'yes' === $meta( '_manage_stock' ) ? wc_stock_amount( $meta( '_stock' ) ) : null,
		'stock_status'   => $meta( '_stock_status' ),
	);
	if ( wp_cache_get( 'lookup_table', "object_{$id}" ) !== $data ) {
		$wpdb->replace( "{$wpdb->prefix}wc_product_meta_lookup", $data );
		wp_cache_set( 'lookup_table', $data, "object_{$id}" );
	}
}

/** Makes a product with metas and its row in the lookup table. */
function standin_product( $sku, $meta, $type = 'simple', $parent = 0 ) {
	$post = array( 'post_type' => $parent ? 'product_variation' : 'product', 'post_status' => 'publish', 'post_title' => $sku, 'post_parent' => $parent, 'post_author' => 1 );
	$id   = wp_insert_post( $post );
	if ( ! $parent ) {
		wp_set_object_terms( $id, $type, 'product_type' );
	}
	$meta += array( '_manage_stock' => 'no', '_stock_status' => 'instock', '_backorders' => 'no', '_stock' => '' );
	foreach ( array( '_sku' => $sku ) + $meta as $key => $value ) {
		add_post_meta( $id, $key, $value );
	}
	standin_lookup( $id );
	return $id;
}

/** Makes many products whose stock is counted, in one piece. */
function standin_products( $count, $name, $stock ) {
	global $wpdb;
	$wpdb->query( 'START TRANSACTION' );
	$made = array();
	for ( $number = 0; $number < $count; $number++ ) {
		$made[] = standin_product( "{$name}-{$number}", array( '_manage_stock' => 'yes', '_stock' => $stock ) );
	}
	$wpdb->query( 'COMMIT' );
	return $made;
}

function standin_children( $parent ) {
	return get_posts( array( 'post_type' => 'product_variation', 'post_parent' => $parent, 'fields' => 'ids', 'numberposts' => -1 ) );
}

function wc_stock_amount( $amount ) {
	return (int) $amount;
}
