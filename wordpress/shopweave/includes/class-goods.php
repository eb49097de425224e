<?php
/**
 * The products of a batch, found in few queries.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- lists of whole numbers and of prepared SKUs; a cached row would be wrong under a lock.

/**
 * Products, variations and their parents with the metas that decide about stock and prices.
 */
final class Goods {

	private const METAS = array( '_stock', '_manage_stock', '_backorders', '_stock_status', '_price', '_regular_price', '_sale_price' );

	/**
	 * Posts by number.
	 *
	 * @var array
	 */
	private $posts = array();

	/**
	 * Metas by number and name.
	 *
	 * @var array
	 */
	private $metas = array();

	/**
	 * Numbers by the SKU as it is compared.
	 *
	 * @var array
	 */
	private $skus = array();

	/**
	 * Find the products of items.
	 *
	 * @param array $items Each with id or sku.
	 */
	public function __construct( array $items ) {
		$ids = array_map( 'intval', array_column( $items, 'id' ) );
		$this->find_skus( array_column( $items, 'sku' ) );
		foreach ( $this->skus as $found ) {
			$ids = array_merge( $ids, $found );
		}
		$this->load( $ids );
	}

	/**
	 * Write a SKU as it is compared: the database would take é for e.
	 *
	 * @param mixed $sku A SKU.
	 */
	private static function plain( $sku ): string {
		$sku = trim( (string) $sku );
		return function_exists( 'mb_strtolower' ) ? mb_strtolower( $sku ) : strtolower( $sku );
	}

	/**
	 * Look SKUs up.
	 *
	 * @param array $skus As they were given.
	 */
	private function find_skus( array $skus ): void {
		global $wpdb;
		if ( ! $skus ) {
			return;
		}
		$marks = implode( ',', array_fill( 0, count( $skus ), '%s' ) );
		$query = "SELECT product_id, sku FROM {$wpdb->prefix}wc_product_meta_lookup WHERE sku IN ({$marks}) ORDER BY product_id";
		foreach ( $wpdb->get_results( $wpdb->prepare( $query, array_map( 'strval', $skus ) ) ) as $row ) {
			$this->skus[ self::plain( $row->sku ) ][] = (int) $row->product_id;
		}
	}

	/**
	 * Load posts, their parents, and the metas of both.
	 *
	 * @param array $ids Numbers.
	 */
	private function load( array $ids ): void {
		global $wpdb;
		$this->load_posts( $ids );
		$names = "'" . implode( "','", self::METAS ) . "'";
		$known = implode( ',', array_merge( array( 0 ), array_keys( $this->posts ) ) );
		$query = "SELECT meta_id, post_id, meta_key, meta_value FROM {$wpdb->postmeta} WHERE post_id IN ({$known}) AND meta_key IN ({$names}) ORDER BY meta_id";
		foreach ( $wpdb->get_results( $query ) as $row ) {
			$this->metas[ (int) $row->post_id ][ $row->meta_key ][ (int) $row->meta_id ] = $row->meta_value;
		}
	}

	/**
	 * Load posts and the parents of variations among them.
	 *
	 * @param array $ids Numbers.
	 */
	private function load_posts( array $ids ): void {
		global $wpdb;
		if ( ! $ids ) {
			return;
		}
		// External and grouped products hold no quantity, though metas of what they once were may stand there still.
		$list  = implode( ',', array_unique( $ids ) );
		$ones  = "SELECT ID FROM {$wpdb->posts} WHERE ID IN ({$list}) UNION SELECT post_parent FROM {$wpdb->posts} WHERE ID IN ({$list}) AND post_type = 'product_variation'";
		$type  = "SELECT 1 FROM {$wpdb->term_relationships} r JOIN {$wpdb->term_taxonomy} x ON x.term_taxonomy_id = r.term_taxonomy_id AND x.taxonomy = 'product_type'
			JOIN {$wpdb->terms} t ON t.term_id = x.term_id AND t.slug IN ('external', 'grouped') WHERE r.object_id = p.ID";
		$query = "SELECT p.ID, post_type, post_parent, post_status, EXISTS ({$type}) AS is_uncounted FROM ({$ones}) o JOIN {$wpdb->posts} p ON p.ID = o.ID
			WHERE post_type IN ('product', 'product_variation')";
		foreach ( $wpdb->get_results( $query ) as $row ) {
			$this->posts[ (int) $row->ID ] = $row;
		}
	}

	/**
	 * Find the product of an item: its number, or the code of why not.
	 *
	 * @param array $item With id or sku.
	 * @return int|string
	 */
	public function number( array $item ) {
		$found = isset( $item['id'] ) ? array( (int) $item['id'] ) : ( $this->skus[ self::plain( $item['sku'] ) ] ?? array() );
		$alive = array();
		$known = false;
		foreach ( $found as $id ) {
			$known = $known || isset( $this->posts[ $id ] );
			if ( isset( $this->posts[ $id ] ) && 'trash' !== $this->posts[ $id ]->post_status ) {
				$alive[] = $id;
			}
		}
		if ( count( $alive ) > 1 ) {
			return 'ambiguous_sku';
		}
		return $alive[0] ?? ( $known ? 'in_trash' : 'unknown_product' );
	}

	/**
	 * Find what holds the quantity of a product: itself, or the parent of a variation; 0 if nothing does.
	 *
	 * @param int $id A product or variation.
	 */
	public function holder( int $id ): int {
		if ( $this->posts[ $id ]->is_uncounted ) {
			return 0;
		}
		if ( 'yes' === $this->meta( $id, '_manage_stock' ) ) {
			return $id;
		}
		$parent = $this->parent( $id );
		return $parent && 'yes' === $this->meta( $parent, '_manage_stock' ) ? $parent : 0;
	}

	/**
	 * Give the parent of a variation, 0 for all else.
	 *
	 * @param int $id A product or variation.
	 */
	public function parent( int $id ): int {
		$post = $this->posts[ $id ];
		return 'product_variation' === $post->post_type ? (int) $post->post_parent : 0;
	}

	/**
	 * Give a meta, empty if there is none.
	 *
	 * @param int    $id   A product or variation.
	 * @param string $name Its name.
	 */
	public function meta( int $id, string $name ): string {
		$rows = $this->metas[ $id ][ $name ] ?? array();
		return (string) reset( $rows );
	}

	/**
	 * Give the numbers of the rows a meta stands in, lowest first.
	 *
	 * @param int    $id   A product or variation.
	 * @param string $name Its name.
	 */
	public function rows( int $id, string $name ): array {
		return array_keys( $this->metas[ $id ][ $name ] ?? array() );
	}

	/**
	 * Make the row of a quantity where a product has none.
	 *
	 * @param int $id What holds it.
	 */
	public function add_stock_row( int $id ): void {
		global $wpdb;
		add_post_meta( $id, '_stock', '0', true );
		$query                        = "SELECT meta_id FROM {$wpdb->postmeta} WHERE post_id = %d AND meta_key = '_stock' ORDER BY meta_id";
		$this->metas[ $id ]['_stock'] = array_fill_keys( array_map( 'intval', $wpdb->get_col( $wpdb->prepare( $query, $id ) ) ), '0' );
	}
}
