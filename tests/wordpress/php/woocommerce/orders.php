<?php
/**
 * WooCommerce's orders as far as the plug-in and its tests meet them: in a table of their own, as new shops have them,
 * so that whoever looks for them among the posts finds nothing. Stock moves as WooCommerce 9.9.5 was measured to move it.
 */

const STANDIN_STATUSES = array( 'pending', 'processing', 'on-hold', 'completed', 'cancelled', 'refunded', 'failed', 'checkout-draft' );
const STANDIN_TAKES    = array( 'processing', 'on-hold', 'completed' );

/** Makes the table of orders. */
function standin_install_orders() {
	global $wpdb;
	$columns = 'id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, type varchar(20) NOT NULL, status varchar(20) NOT NULL, date_updated_gmt datetime NOT NULL, meta longtext NOT NULL, line_items longtext NOT NULL, KEY date_updated (date_updated_gmt)';
	$wpdb->query( "CREATE TABLE {$wpdb->prefix}wc_orders ({$columns}) ENGINE=InnoDB {$wpdb->get_charset_collate()} AUTO_INCREMENT=5000" );
	foreach ( array( 'administrator', 'shop_manager' ) as $role ) {
		get_role( $role )->add_cap( 'edit_shop_orders' );
	}
}

function wc_get_order_statuses() {
	return array_combine( array_map( static fn( $status ) => "wc-{$status}", STANDIN_STATUSES ), STANDIN_STATUSES );
}

/** An order; saving it moves its date and tells who listens. */
class WC_Order {
	private $row;

	public function __construct( $row ) {
		$this->row = $row;
	}

	public function get_id() {
		return (int) $this->row['id'];
	}

	public function get_status() {
		return substr( $this->row['status'], 3 );
	}

	public function has_status( $status ) {
		return $status === $this->get_status();
	}

	public function get_meta( $key ) {
		return json_decode( $this->row['meta'], true )[ $key ] ?? '';
	}

	public function add_order_note( $note ) {
		$made = wp_insert_comment( array( 'comment_post_ID' => 0, 'comment_content' => $note, 'comment_type' => 'order_note' ) );
		do_action( 'woocommerce_order_note_added', $made, $this );
		return $made;
	}

	public function shown() {
		$date  = str_replace( ' ', 'T', $this->row['date_updated_gmt'] );
		$metas = json_decode( $this->row['meta'], true );
		return array(
			'id'                => $this->get_id(),
			'number'            => (string) $this->get_id(),
			'status'            => $this->get_status(),
			'date_modified_gmt' => $date,
			'line_items'        => json_decode( $this->row['line_items'], true ),
			'meta_data'         => array_map( static fn( $key, $value ) => compact( 'key', 'value' ), array_keys( $metas ), $metas ),
		);
	}
}

function wc_get_order( $id ) {
	global $wpdb;
	$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM {$wpdb->prefix}wc_orders WHERE id = %d", $id ), ARRAY_A );
	return $row ? new WC_Order( $row ) : false;
}

/** Makes an order and takes the stock of its lines, one after the other, as a status that was paid does. */
function standin_order( $status, $lines = array(), $meta = array(), $modified = '', $type = 'shop_order' ) {
	global $wpdb;
	$row = array(
		'type'             => $type,
		'status'           => "wc-{$status}",
		'date_updated_gmt' => $modified ? $modified : current_time( 'mysql', true ),
		'meta'             => wp_json_encode( (object) $meta ),
		'line_items'       => wp_json_encode( $lines ),
	);
	$wpdb->insert( "{$wpdb->prefix}wc_orders", $row );
	$id = $wpdb->insert_id;
	do_action( 'woocommerce_new_order', $id, wc_get_order( $id ) );
	foreach ( in_array( $status, STANDIN_TAKES, true ) ? $lines : array() as $line ) {
		wc_update_product_stock( wc_get_product( $line['product_id'] ), $line['quantity'], 'decrease' );
	}
	do_action( 'woocommerce_update_order', $id, wc_get_order( $id ) );
	return $id;
}

/** Cancels an order and gives the stock of its lines back, if it was taken. */
function standin_cancel( $id ) {
	global $wpdb;
	$order = wc_get_order( $id );
	if ( in_array( $order->get_status(), STANDIN_TAKES, true ) ) {
		foreach ( $order->shown()['line_items'] as $line ) {
			wc_update_product_stock( wc_get_product( $line['product_id'] ), $line['quantity'], 'increase' );
		}
	}
	$changed = array( 'status' => 'wc-cancelled', 'date_updated_gmt' => current_time( 'mysql', true ) );
	$wpdb->update( "{$wpdb->prefix}wc_orders", $changed, array( 'id' => $id ) );
	do_action( 'woocommerce_order_status_changed', $id, $order->get_status(), 'cancelled', wc_get_order( $id ) );
	do_action( 'woocommerce_update_order', $id, wc_get_order( $id ) );
}

/** Changes stock in one statement without a transaction, then saves the product. */
function wc_update_product_stock( $product, $amount, $operation ) {
	global $wpdb;
	$id = $product->get_id();
	add_post_meta( $id, '_stock', 0, true );
	$change = 'decrease' === $operation ? -$amount : $amount;
	$wpdb->query( $wpdb->prepare( "UPDATE {$wpdb->postmeta} SET meta_value = meta_value %+f WHERE post_id = %d AND meta_key = '_stock'", $change, $id ) );
	wp_cache_delete( $id, 'post_meta' );
	standin_lookup( $id );
	do_action( 'woocommerce_updated_product_stock', $id );
	$product->save();
	do_action( $product->is_type( 'variation' ) ? 'woocommerce_variation_set_stock' : 'woocommerce_product_set_stock', $product );
}

/** Sets the stock of a product as an item of a batch does: the whole product is saved, with less than the real one has to save. */
function standin_update( $item ) {
	$product = wc_get_product( $item['id'] );
	update_post_meta( $item['id'], '_stock', $item['stock_quantity'] );
	$product->save();
	return array( 'id' => $item['id'], 'stock_quantity' => $item['stock_quantity'] );
}

/** Finds products by number or by the time they were changed, in the order of their numbers, without those in the trash. */
function standin_found( $request, $type ) {
	global $wpdb;
	$status = 'trash' === $request['status'] ? "post_status = 'trash'" : "post_status <> 'trash'";
	$where  = array( $wpdb->prepare( 'post_type = %s', $type ), $status );
	if ( $request['parent'] ) {
		$where[] = $wpdb->prepare( 'post_parent = %d', $request['parent'] );
	}
	if ( $request['include'] ) {
		$where[] = 'ID IN (' . implode( ',', array_map( 'intval', explode( ',', $request['include'] ) ) ) . ')';
	}
	if ( $request['modified_after'] ) {
		$where[] = $wpdb->prepare( 'post_modified_gmt > %s', str_replace( 'T', ' ', $request['modified_after'] ) );
	}
	$query = "SELECT ID FROM {$wpdb->posts} WHERE " . implode( ' AND ', $where ) . ' ORDER BY ID LIMIT %d, %d';
	return array_map( 'intval', $wpdb->get_col( $wpdb->prepare( $query, (int) $request['offset'], $request['per_page'] ?? 10 ) ) );
}

/** Shows a product as far as the connector reads it after it wrote. */
function standin_shown( $id ) {
	$meta  = static fn( $key ) => (string) get_post_meta( $id, $key, true );
	$image = (int) $meta( '_thumbnail_id' );
	return array(
		'id'                => $id,
		'name'              => get_post( $id )->post_title,
		'type'              => wc_get_product( $id )->get_type(),
		'status'            => get_post_status( $id ),
		'sku'               => $meta( '_sku' ),
		'regular_price'     => $meta( '_regular_price' ),
		'sale_price'        => $meta( '_sale_price' ),
		'manage_stock'      => 'yes' === $meta( '_manage_stock' ),
		'stock_quantity'    => 'yes' === $meta( '_manage_stock' ) ? (int) $meta( '_stock' ) : null,
		'images'            => $image ? array( array( 'id' => $image, 'src' => wp_get_attachment_url( $image ) ) ) : array(),
		'date_modified_gmt' => str_replace( ' ', 'T', get_post( $id )->post_modified_gmt ),
	);
}

/** Finds orders: times as `a...b` or `>=a`, both ends included, and the fields the plug-in asks by. */
function wc_get_orders( $query ) {
	global $wpdb;
	$where  = array( $wpdb->prepare( 'type = %s', $query['type'] ) );
	$marks  = implode( ',', array_fill( 0, count( $query['status'] ), '%s' ) );
	$wheres = array_map( static fn( $status ) => in_array( $status, STANDIN_STATUSES, true ) ? "wc-{$status}" : $status, $query['status'] );
	$where[] = $wpdb->prepare( "status IN ({$marks})", $wheres );
	if ( preg_match( '/^(\d+)\.\.\.(\d+)$/', $query['date_modified'] ?? '', $found ) ) {
		if ( empty( $found[1] ) ) {
			throw new Exception( 'Invalid date_query' );
		}
		$where[] = $wpdb->prepare( 'date_updated_gmt BETWEEN %s AND %s', gmdate( 'Y-m-d H:i:s', $found[1] ), gmdate( 'Y-m-d H:i:s', $found[2] ) );
	} elseif ( preg_match( '/^(>=|<=)(\d+)$/', $query['date_modified'] ?? '', $found ) ) {
		$where[] = $wpdb->prepare( "date_updated_gmt {$found[1]} %s", gmdate( 'Y-m-d H:i:s', $found[2] ) );
	}
	$from  = "FROM {$wpdb->prefix}wc_orders WHERE " . implode( ' AND ', $where );
	$order = str_replace( array( 'modified', 'ID' ), array( 'date_updated_gmt', 'id' ), implode( ', ', explode( ' ', $query['orderby'] ) ) );
	$first = ( $query['page'] - 1 ) * $query['limit'];
	return (object) array(
		'orders' => array_map( 'intval', $wpdb->get_col( "SELECT id {$from} ORDER BY {$order} LIMIT {$first}, {$query['limit']}" ) ),
		'total'  => (int) $wpdb->get_var( "SELECT COUNT(*) {$from}" ),
	);
}

add_action(
	'rest_api_init',
	static function () {
		$may = static fn() => current_user_can( 'edit_shop_orders' );
		register_rest_route(
			'wc/v3',
			'/orders/(?P<id>\d+)',
			array(
				'methods'             => 'GET',
				'permission_callback' => $may,
				'callback'            => static function ( $request ) {
					$order = wc_get_order( (int) $request['id'] );
					return $order ? $order->shown() : new WP_Error( 'woocommerce_rest_shop_order_invalid_id', 'Invalid ID.', array( 'status' => 404 ) );
				},
			)
		);
		register_rest_route(
			'wc/v3',
			'/orders/(?P<id>\d+)',
			array(
				'methods'             => 'PUT',
				'permission_callback' => $may,
				'callback'            => static function ( $request ) {
					standin_cancel( (int) $request['id'] );
					return wc_get_order( (int) $request['id'] )->shown();
				},
			)
		);
		$lists = array(
			'/products'            => static fn( $request ) => array_map( 'standin_shown', standin_found( $request, 'product' ) ),
			'/products/(?P<parent>\d+)/variations' => static fn( $request ) => array_map( 'standin_shown', standin_found( $request, 'product_variation' ) ),
			'/products/categories' => static fn() => array(),
		);
		foreach ( $lists as $path => $list ) {
			register_rest_route( 'wc/v3', $path, array( 'methods' => 'GET', 'permission_callback' => static fn() => current_user_can( 'edit_products' ), 'callback' => $list ) );
		}
		register_rest_route(
			'wc/v3',
			'/products/batch',
			array(
				'methods'             => 'POST',
				'permission_callback' => static fn() => current_user_can( 'edit_products' ),
				'callback'            => static fn( $request ) => array( 'update' => array_map( 'standin_update', $request['update'] ) ),
			)
		);
		register_rest_route(
			'wc/v3',
			'/orders',
			array(
				'methods'             => 'POST',
				'permission_callback' => $may,
				'callback'            => static function ( $request ) {
					$id = standin_order( $request['status'] ?? 'pending', $request['line_items'] ?? array() );
					return new WP_REST_Response( wc_get_order( $id )->shown(), 201 );
				},
			)
		);
	}
);
