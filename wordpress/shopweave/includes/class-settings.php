<?php
/**
 * What the hub tells the plug-in.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Answers GET and POST /wc-shopweave/v1/settings and keeps what was set. Everything is off until then.
 */
final class Settings {

	public const OPTION   = 'shopweave_settings';
	private const DEFAULT = array(
		'ping_url'        => '',
		'ping_secret'     => '',
		'quiet_analytics' => false,
	);
	private const SECRET  = '/^[\x21-\x7e]{16,255}$/D';

	/**
	 * Register the route.
	 */
	public static function register(): void {
		foreach ( array( 'GET', 'POST' ) as $method ) {
			$answer = 'GET' === $method ? 'shown' : 'change';
			register_rest_route(
				Access::SPACE,
				'/settings',
				array(
					'methods'             => $method,
					'permission_callback' => array( Access::class, 'may_manage' ),
					'callback'            => Problem::caught( array( self::class, $answer ) ),
				)
			);
		}
	}

	/**
	 * Give all settings, the secret among them.
	 */
	public static function all(): array {
		$kept = get_option( self::OPTION );
		return array_merge( self::DEFAULT, is_array( $kept ) ? $kept : array() );
	}

	/**
	 * Give the settings for other eyes: of the secret only whether there is one.
	 */
	public static function shown(): array {
		$all                = self::all();
		$all['ping_secret'] = '' !== $all['ping_secret'];
		return $all;
	}

	/**
	 * Change those that are given.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @throws Problem When one cannot be used; nothing is changed then.
	 */
	public static function change( \WP_REST_Request $request ): array {
		$given = $request->get_json_params();
		$given = is_array( $given ) ? $given : array();
		foreach ( $given as $name => $value ) {
			$known = isset( self::DEFAULT[ $name ] ) && gettype( $value ) === gettype( self::DEFAULT[ $name ] );
			if ( ! $known || ( 'ping_secret' === $name && ! preg_match( self::SECRET, $value ) ) ) {
				throw Batch::bad( (string) $name );
			}
		}
		$all = array_merge( self::all(), $given );
		self::check_ping( $all );
		if ( '' === $all['ping_url'] ) {
			$all['ping_secret'] = '';
		}
		update_option( self::OPTION, $all, true );
		Ping::resume();
		return self::shown();
	}

	/**
	 * See that the shop may and can send a ping where it is told to.
	 *
	 * @param array $all The settings.
	 * @throws Problem When it may not, or has no secret to sign it with.
	 */
	private static function check_ping( array $all ): void {
		if ( '' === $all['ping_url'] ) {
			return;
		}
		if ( '' === $all['ping_secret'] ) {
			throw Batch::bad( 'ping_secret' );
		}
		try {
			Addresses::checked( $all['ping_url'] );
		} catch ( Problem $problem ) {
			throw Batch::bad( 'ping_url' );
		}
	}
}
