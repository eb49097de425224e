<?php
/**
 * The route that takes pictures in.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Answers POST /wc-shopweave/v1/pictures: a file as the body, kept once however often it comes.
 */
final class Pictures {

	/**
	 * Register the route.
	 */
	public static function register(): void {
		register_rest_route(
			Access::SPACE,
			'/pictures',
			array(
				'methods'             => 'POST',
				'permission_callback' => array( Access::class, 'may_picture' ),
				'callback'            => Problem::caught( array( self::class, 'answer' ) ),
			)
		);
	}

	/**
	 * Take a picture in.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public static function answer( \WP_REST_Request $request ): \WP_REST_Response {
		Watch::by_hub();
		Library::open();
		$file = wp_tempnam( 'shopweave' );
		file_put_contents( $file, $request->get_body() ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a temporary file; WP_Filesystem may ask for a password.
		$taken = Library::from_file( $file, self::name( $request ), '' );
		return new \WP_REST_Response( array( 'id' => $taken['attachment'] ) + $taken, $taken['reused'] ? 200 : 201 );
	}

	/**
	 * Read the name of the file.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	private static function name( \WP_REST_Request $request ): string {
		$found = array();
		preg_match( '/filename="?([^";]+)/', (string) $request->get_header( 'content_disposition' ), $found );
		return $found[1] ?? 'image';
	}
}
