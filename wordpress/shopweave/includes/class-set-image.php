<?php
/**
 * The routes that give a product a picture.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Answers POST /icecat/v1/set-image and POST /wc-shopweave/v1/set-image.
 */
final class Set_Image {

	private const KINDS = array( 'product', 'product_variation' );

	/**
	 * Register both routes.
	 */
	public static function register(): void {
		$common = array(
			'methods'             => 'POST',
			'permission_callback' => array( Access::class, 'may_picture' ),
		);
		$text   = array( 'type' => 'string' );
		$number = array(
			'type'    => 'integer',
			'minimum' => 1,
		);
		$icecat = array(
			'product_id' => $number + array( 'required' => true ),
			'image_url'  => $text,
			'media_id'   => $number,
			'alt'        => $text,
			'force'      => array( 'type' => 'boolean' ),
		);
		$hub    = array(
			'id'       => $number + array( 'required' => true ),
			'url'      => $text,
			'media_id' => $number,
			'alt'      => $text,
			'place'    => array(
				'type' => 'string',
				'enum' => array( 'featured', 'gallery' ),
			),
		);
		$first  = Problem::caught( array( self::class, 'icecat' ) );
		$second = Problem::caught( array( self::class, 'hub' ) );
		register_rest_route(
			'icecat/v1',
			'/set-image',
			$common + array(
				'args'     => $icecat,
				'callback' => $first,
			)
		);
		register_rest_route(
			Access::SPACE,
			'/set-image',
			$common + array(
				'args'     => $hub,
				'callback' => $second,
			)
		);
	}

	/**
	 * Set the main picture of a product that has none, or of any if forced.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public static function icecat( \WP_REST_Request $request ): \WP_REST_Response {
		$product = self::product( (int) $request['product_id'] );
		$has     = (int) $product->get_image_id( 'edit' );
		if ( $has && ! $request['force'] && wp_attachment_is_image( $has ) ) {
			return new \WP_REST_Response( self::told( false, $has ), 200 );
		}
		$picture = self::picture( $request, 'image_url' );
		$changed = Woo::set_main_image( $product, $picture['attachment'] );
		return new \WP_REST_Response( self::told( $changed, $picture['attachment'] ), $changed ? 201 : 200 );
	}

	/**
	 * Set the main picture, or add one to the gallery.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public static function hub( \WP_REST_Request $request ): array {
		$product = self::product( (int) $request['id'] );
		$picture = self::picture( $request, 'url' );
		$changed = 'gallery' === $request['place']
			? Woo::add_gallery_image( $product, $picture['attachment'] )
			: Woo::set_main_image( $product, $picture['attachment'] );
		return $picture + array( 'changed' => $changed );
	}

	/**
	 * Write the answer of the first route.
	 *
	 * @param bool $changed    Whether the product has another picture now.
	 * @param int  $attachment The picture it has.
	 */
	private static function told( bool $changed, int $attachment ): array {
		return array(
			'set'      => $changed,
			'media_id' => $attachment,
		);
	}

	/**
	 * Load a product that the caller may edit.
	 *
	 * @param int $id Its number.
	 * @throws Problem When there is none, or it is not the caller's.
	 */
	private static function product( int $id ) {
		$fits    = in_array( get_post_type( $id ), self::KINDS, true ) && 'trash' !== get_post_status( $id );
		$product = $fits ? Woo::product( $id ) : null;
		if ( null === $product ) {
			throw new Problem( 404, 'unknown_product', 'There is no such product.' );
		}
		if ( ! current_user_can( 'edit_post', $id ) ) {
			throw new Problem( 403, 'forbidden', 'This product may not be edited by the caller.' );
		}
		return $product;
	}

	/**
	 * Find or take in the picture a request brings or names.
	 *
	 * @param \WP_REST_Request $request The request.
	 * @param string           $field   Where it has the address.
	 * @throws Problem When it names none.
	 */
	private static function picture( \WP_REST_Request $request, string $field ): array {
		Watch::by_hub();
		Library::open();
		$alt  = sanitize_text_field( (string) $request['alt'] );
		$sent = $request->get_file_params()['image'] ?? null;
		if ( $sent ) {
			return self::uploaded( $sent, $alt );
		}
		if ( $request['media_id'] ) {
			return self::known( (int) $request['media_id'] );
		}
		if ( (string) $request[ $field ] !== '' ) {
			return Library::from_url( (string) $request[ $field ], $alt );
		}
		throw new Problem( 400, 'bad_request', "Give {$field}, media_id or a file named image.", array( 'field' => $field ) );
	}

	/**
	 * Take in a file that came with the request.
	 *
	 * @param array  $sent As PHP has it.
	 * @param string $alt  Its text.
	 * @throws Problem When it did not arrive whole.
	 */
	private static function uploaded( array $sent, string $alt ): array {
		if ( UPLOAD_ERR_OK !== $sent['error'] || ! is_uploaded_file( $sent['tmp_name'] ) ) {
			throw new Problem( 422, 'image_refused', 'The file did not arrive whole.', array( 'reason' => 'truncated' ) );
		}
		return Library::from_file( $sent['tmp_name'], $sent['name'], $alt );
	}

	/**
	 * Describe a picture of the media library.
	 *
	 * @param int $id Its number.
	 * @throws Problem When it is no picture: WooCommerce itself would take any number.
	 */
	private static function known( int $id ): array {
		if ( ! wp_attachment_is_image( $id ) ) {
			throw new Problem( 422, 'image_refused', 'There is no such picture in the media library.', array( 'reason' => 'type' ) );
		}
		return array(
			'attachment' => $id,
			'reused'     => true,
			'sha256'     => (string) get_post_meta( $id, '_shopweave_sha256', true ),
		);
	}
}
