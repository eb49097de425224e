<?php
/**
 * Keeping orders of the hub out of the shop's statistics.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Silences what reports a sale from the page that thanks for an order, if the hub made that order.
 *
 * Whoever reports from the server, from hooks of payment or status, cannot be told from the shop's own mails and stock
 * and is left alone.
 */
final class Quiet {

	private const WORDS  = '/gtm|gtag|google[-_ ]?tag|tag[-_ ]?manager|analytics/i';
	private const KEPT   = '/^(woocommerce_order_details_table$|Automattic\\\\WooCommerce\\\\(Blocks|Internal)\\\\)/';
	private const PRINTS = array( 'wp_head', 'wp_body_open', 'wp_footer', 'wp_print_footer_scripts' );

	/**
	 * Wait until it is known which page is asked for.
	 */
	public static function start(): void {
		add_action( 'wp', array( self::class, 'begin' ), PHP_INT_MAX );
	}

	/**
	 * Silence the page, if it is to be.
	 */
	public static function begin(): void {
		if ( ! Woo::thanks_for_order_of_hub() || ! Settings::all()['quiet_analytics'] ) {
			return;
		}
		Hooks::remove( 'woocommerce_thankyou', array( self::class, 'is_foreign' ) );
		foreach ( self::PRINTS as $hook ) {
			Hooks::remove( $hook, array( self::class, 'reports' ) );
		}
		// Scripts may be queued until the moment they are printed, and hints to browsers are written before that.
		add_action( 'wp_enqueue_scripts', array( self::class, 'empty_scripts' ), PHP_INT_MAX );
		add_action( 'wp_print_scripts', array( self::class, 'empty_scripts' ), PHP_INT_MAX );
		add_action( 'wp_print_footer_scripts', array( self::class, 'empty_scripts' ), 0 );
	}

	/**
	 * Say whether a callback is not WooCommerce's own.
	 *
	 * @param callable $callback A callback.
	 */
	public static function is_foreign( $callback ): bool {
		return ! preg_match( self::KEPT, Hooks::owner( $callback ) );
	}

	/**
	 * Say whether a callback belongs to Google's tag manager or to statistics, by its name or its file.
	 *
	 * @param callable $callback A callback.
	 */
	public static function reports( $callback ): bool {
		$owner = Hooks::owner( $callback );
		return 0 !== strpos( $owner, __NAMESPACE__ . '\\' ) && preg_match( self::WORDS, $owner . ' ' . Hooks::file( $callback ) );
	}

	/**
	 * Take everything out of scripts that report; what depends on them is printed all the same.
	 */
	public static function empty_scripts(): void {
		$home = array( home_url(), site_url(), content_url() );
		foreach ( wp_scripts()->registered as $script ) {
			$text = $script->handle . ' ' . str_replace( $home, '', (string) $script->src ) . ' ' . wp_json_encode( $script->extra );
			if ( preg_match( self::WORDS, $text ) ) {
				$script->src   = false;
				$script->extra = array();
			}
		}
	}
}
