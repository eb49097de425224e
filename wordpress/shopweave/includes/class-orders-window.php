<?php
/**
 * The routes that read orders by the time they were changed.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Answers GET /flashnode/v1/orders and GET /flashnode/v1/status, to consumer keys too.
 */
final class Orders_Window {

	public const SPACE  = 'flashnode/v1';
	public const ANSWER = '1.0';
	private const PAGE  = 50;
	private const MOST  = 100;

	/**
	 * Register both routes.
	 */
	public static function register(): void {
		$text  = array(
			'type'    => 'string',
			'default' => '',
		);
		$whole = array(
			'type'    => 'integer',
			'minimum' => 1,
			'default' => 1,
		);
		$size  = array(
			'maximum' => self::MOST,
			'default' => self::PAGE,
		) + $whole;
		$args  = array(
			'statuses'        => $text,
			'modified_after'  => $text,
			'modified_before' => $text,
			'page'            => $whole,
			'per_page'        => $size,
		);
		self::route( '/orders', 'orders', $args );
		self::route( '/status', 'status', array() );
	}

	/**
	 * Register one route.
	 *
	 * @param string $path   Its path.
	 * @param string $answer The method that answers it.
	 * @param array  $args   Its parameters.
	 */
	private static function route( string $path, string $answer, array $args ): void {
		register_rest_route(
			self::SPACE,
			$path,
			array(
				'methods'             => 'GET',
				'permission_callback' => array( Access::class, 'may_manage' ),
				'callback'            => Problem::caught( array( self::class, $answer ) ),
				'args'                => $args,
			)
		);
	}

	/**
	 * Let consumer keys open these routes; by the path alone, whatever the query says.
	 *
	 * @param mixed $is Whether they open the request already.
	 */
	public static function open_to_keys( $is ): bool {
		$uri  = isset( $_SERVER['REQUEST_URI'] ) ? esc_url_raw( wp_unslash( $_SERVER['REQUEST_URI'] ) ) : '';
		$path = (string) wp_parse_url( $uri, PHP_URL_PATH );
		$base = (string) wp_parse_url( home_url( '/' . rest_get_url_prefix() . '/' . self::SPACE . '/' ), PHP_URL_PATH );
		return (bool) $is || 0 === strpos( $path, $base );
	}

	/**
	 * Give a page of the orders that were changed within a time, both ends included, the earliest change first.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public static function orders( \WP_REST_Request $request ): array {
		$wanted = array_filter( array_map( 'trim', explode( ',', (string) $request['statuses'] ) ) );
		$found  = Woo::order_numbers(
			preg_replace( '/^wc-/', '', array_values( $wanted ) ),
			self::moment( $request, 'modified_after' ),
			self::moment( $request, 'modified_before' ),
			(int) $request['page'],
			(int) $request['per_page']
		);
		// An order that is gone by now is left out; it will not come again.
		$orders = array_filter( array_map( array( Woo::class, 'shown_order' ), $found['ids'] ) );
		return array(
			'version'     => self::ANSWER,
			'server_time' => self::now(),
			'total'       => $found['total'],
			'orders'      => array_values( $orders ),
		);
	}

	/**
	 * Describe the shop.
	 */
	public static function status(): array {
		return array(
			'version'     => self::ANSWER,
			'woocommerce' => Woo::version(),
			'legacy_api'  => Woo::has_legacy_api(),
			'timezone'    => wp_timezone_string(),
			'server_time' => self::now(),
		);
	}

	/**
	 * Read a time; without a zone it is UTC.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @param string           $field   Where it has the time.
	 * @throws Problem When it is none.
	 */
	private static function moment( \WP_REST_Request $request, string $field ): ?int {
		$text = (string) $request[ $field ];
		if ( '' === $text ) {
			return null;
		}
		if ( ! preg_match( '/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/D', $text ) ) {
			throw Batch::bad( $field );
		}
		$found = date_create( $text, new \DateTimeZone( 'UTC' ) );
		if ( ! $found ) {
			throw Batch::bad( $field );
		}
		return $found->getTimestamp();
	}

	/**
	 * Give the shop's time, UTC.
	 */
	private static function now(): string {
		return gmdate( 'Y-m-d\TH:i:s\Z' );
	}
}
