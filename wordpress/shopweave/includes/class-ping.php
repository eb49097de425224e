<?php
/**
 * Telling the hub at once that something happened.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Sends signed pings after the buyer has his answer. A ping is a hint: what it tells of stands in the feed too.
 *
 * Where the server cannot let the buyer go first, all pings of a request have SHORT seconds, and after one that failed
 * nothing is sent for PAUSE seconds. WordPress's own non-blocking requests wait a whole second for a host that is away.
 */
final class Ping {

	private const MOST   = 10;
	private const LONG   = 1.0;
	private const SHORT  = 0.1;
	private const PAUSE  = 60;
	private const PAUSED = 'shopweave_ping_paused';

	/**
	 * What is to be told.
	 *
	 * @var array
	 */
	private static $waiting = array();

	/**
	 * Hook the sending behind everything else of a request.
	 */
	public static function start(): void {
		add_action( 'shutdown', array( self::class, 'send' ), PHP_INT_MAX );
	}

	/**
	 * Note changes of stock and orders, orders first.
	 *
	 * @param array $changes Each kind, id, what, parent.
	 * @param int   $first   The number of the first of them in the feed.
	 */
	public static function note( array $changes, int $first ): void {
		$orders = array();
		$stock  = array();
		foreach ( $changes as $place => $change ) {
			list( $kind, $id, $what, $parent ) = array_pad( $change, 4, 0 );

			$one = array(
				'kind'   => $kind,
				'id'     => $id,
				'number' => $first + $place,
			) + ( $parent ? array( 'parent' => $parent ) : array() );
			if ( 'order' === $kind ) {
				$orders[] = $one;
			} elseif ( 'stock' === $what ) {
				$stock[] = $one;
			}
		}
		self::$waiting = array_slice( array_merge( self::$waiting, $orders, $stock ), 0, self::MOST );
	}

	/**
	 * Send what waits.
	 */
	public static function send(): void {
		$waiting       = self::$waiting;
		self::$waiting = array();
		$settings      = $waiting ? Settings::all() : array( 'ping_url' => '' );
		if ( '' === $settings['ping_url'] || ! function_exists( 'curl_init' ) || get_transient( self::PAUSED ) ) {
			return;
		}
		$until = microtime( true ) + ( self::let_go() ? self::LONG : self::SHORT );
		foreach ( $waiting as $one ) {
			$left = (int) ( 1000 * ( $until - microtime( true ) ) );
			if ( $left <= 0 ) {
				return;
			}
			if ( ! self::one( $settings, $one, $left ) ) {
				set_transient( self::PAUSED, '1', self::PAUSE );
				return;
			}
		}
	}

	/**
	 * Send again at once after a pause.
	 */
	public static function resume(): void {
		delete_transient( self::PAUSED );
	}

	/**
	 * End the answer to whoever asked, if the server can; says whether nobody waits any more.
	 */
	private static function let_go(): bool {
		foreach ( array( 'fastcgi_finish_request', 'litespeed_finish_request' ) as $finish ) {
			if ( function_exists( $finish ) ) {
				return (bool) $finish();
			}
		}
		return wp_doing_cron() || 'cli' === PHP_SAPI;
	}

	/**
	 * Send one ping; says whether the hub has it.
	 *
	 * @param array $settings Where to, and the secret.
	 * @param array $one      Kind, id, number.
	 * @param int   $left     Milliseconds.
	 */
	private static function one( array $settings, array $one, int $left ): bool {
		$body  = wp_json_encode( $one + array( 'at' => gmdate( 'Y-m-d\TH:i:s\Z' ) ) );
		$limit = static function ( $handle ) use ( $left ): void {
			// phpcs:disable WordPress.WP.AlternativeFunctions.curl_curl_setopt -- WordPress allows no limit below a second.
			curl_setopt( $handle, CURLOPT_NOSIGNAL, 1 );
			curl_setopt( $handle, CURLOPT_CONNECTTIMEOUT_MS, $left );
			curl_setopt( $handle, CURLOPT_TIMEOUT_MS, $left );
			// phpcs:enable
		};
		add_action( 'http_api_curl', $limit, PHP_INT_MAX );
		$answer = wp_remote_post(
			$settings['ping_url'],
			array(
				'body'        => $body,
				'timeout'     => 1,
				'redirection' => 0,
				'headers'     => array(
					'Content-Type'          => 'application/json',
					'X-Shopweave-Signature' => 'sha256=' . hash_hmac( 'sha256', $body, $settings['ping_secret'] ),
					'X-Shopweave-Delivery'  => wp_generate_uuid4(),
				),
			)
		);
		remove_action( 'http_api_curl', $limit, PHP_INT_MAX );
		return 2 === (int) ( (int) wp_remote_retrieve_response_code( $answer ) / 100 );
	}
}
