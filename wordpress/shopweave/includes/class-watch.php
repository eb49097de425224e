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

	// WooCommerce brings families right at priority 10 of the end of a request; rows tell of what is done, so they come later.
	private const LAST = 1000;
	private const ENDS = array( 'deleted', 'trashed', 'restored' );
	private const MOST = 500;
	private const LONG = 5.0;

	/**
	 * What was seen in this request: kind and id to what.
	 *
	 * @var array
	 */
	private static $seen = array();

	/**
	 * When the first of it was seen.
	 *
	 * @var float
	 */
	private static $since = 0.0;

	/**
	 * Who asked for it.
	 *
	 * @var string
	 */
	private static $source = 'shop';

	/**
	 * What stands in the feed already: kind and id to true.
	 *
	 * @var array
	 */
	private static $told = array();

	/**
	 * Hook everything that tells of a change.
	 */
	public static function start(): void {
		Watch_Goods::start();
		Watch_Terms::start();
		Watch_Orders::start();
		add_action( 'shutdown', array( self::class, 'flush' ), self::LAST );
	}

	/**
	 * Note a change; the first thing said about a pair stays, but for stock, which is urgent, and for its end.
	 *
	 * @param string $kind   Of what.
	 * @param int    $id     Its number.
	 * @param string $what   What happened.
	 * @param int    $parent Of a variation, the product it belongs to.
	 */
	public static function see( string $kind, int $id, string $what, int $parent = 0 ): void {
		$pair = "{$kind} {$id}";
		if ( $id <= 0 || isset( self::$told[ $pair ] ) ) {
			return;
		}
		self::flush_long();
		$known = self::$seen[ $pair ][2] ?? null;
		if ( null === $known || in_array( $what, self::ENDS, true ) || ( 'stock' === $what && 'content' === $known ) ) {
			self::$seen[ $pair ] = array( $kind, $id, $what, $parent );
		}
	}

	/**
	 * Do something that changes what the feed tells of already; whatever else it changes is noted as ever.
	 *
	 * @param array    $ids  Products and variations.
	 * @param callable $work What is done.
	 * @return mixed
	 */
	public static function as_hub( array $ids, callable $work ) {
		foreach ( $ids as $id ) {
			self::$told[ "product {$id}" ]   = true;
			self::$told[ "variation {$id}" ] = true;
		}
		try {
			return $work();
		} finally {
			self::$told = array();
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
		self::see_products_of_pictures();
		$seen       = array_values( self::$seen );
		self::$seen = array();
		$first      = Feed::add( $seen, self::$source );
		if ( $first && 'shop' === self::$source ) {
			Ping::note( $seen, $first );
		}
	}

	/**
	 * Note the products that show a picture which was changed: nothing else tells of them.
	 */
	private static function see_products_of_pictures(): void {
		$pictures = array();
		foreach ( self::$seen as list( $kind, $id ) ) {
			if ( 'image' === $kind ) {
				$pictures[] = $id;
			}
		}
		foreach ( $pictures ? Watch_Goods::showing( $pictures ) : array() as $id ) {
			Watch_Goods::see( Watch_Goods::kind( $id ), $id, 'image' );
		}
	}

	/**
	 * Write what an import or another long request has seen so far: it may be killed before its end.
	 */
	private static function flush_long(): void {
		if ( ! self::$seen ) {
			self::$since = microtime( true );
		} elseif ( count( self::$seen ) >= self::MOST || microtime( true ) - self::$since >= self::LONG ) {
			self::flush();
			self::$since = microtime( true );
		}
	}
}
