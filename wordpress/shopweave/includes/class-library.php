<?php
/**
 * Pictures in the media library, each once.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Finds a picture by where it came from or by what it holds, and takes it in only if it is new.
 */
final class Library {

	private const SOURCE = '_shopweave_source';
	private const HASH   = '_shopweave_sha256';
	private const WAIT   = 30;

	/**
	 * Load what WordPress loads only in its own pages.
	 */
	public static function open(): void {
		foreach ( array( 'file', 'media', 'image' ) as $part ) {
			require_once ABSPATH . "wp-admin/includes/{$part}.php";
		}
	}

	/**
	 * Give the picture of an address: its number, whether it was there, the hash of its bytes.
	 *
	 * @param string $url Where it is.
	 * @param string $alt Its text, for a new one.
	 */
	public static function from_url( string $url, string $alt ): array {
		$source = hash( 'sha256', $url );
		return self::alone(
			$source,
			static function () use ( $url, $alt, $source ): array {
				$known = self::find( self::SOURCE, $source );
				if ( $known ) {
					return self::shown( $known, true );
				}
				$file  = Fetch::to_file( $url );
				$taken = self::from_file( $file, basename( (string) wp_parse_url( $url, PHP_URL_PATH ) ), $alt );
				update_post_meta( $taken['attachment'], self::SOURCE, $source );
				return $taken;
			}
		);
	}

	/**
	 * Take a file in, unless its bytes are known; the file is gone afterwards.
	 *
	 * @param string $file The file.
	 * @param string $name Its name; the ending is made from what it holds.
	 * @param string $alt  Its text, for a new one.
	 */
	public static function from_file( string $file, string $name, string $alt ): array {
		try {
			$ending = Fetch::ending( $file );
			$hash   = hash_file( 'sha256', $file );
			$stem   = sanitize_file_name( pathinfo( rawurldecode( $name ), PATHINFO_FILENAME ) );
			$named  = ( '' === $stem ? 'image' : $stem ) . '.' . $ending;
			return self::alone(
				$hash,
				static function () use ( $file, $hash, $named, $alt ): array {
					$known = self::find( self::HASH, $hash );
					return $known ? self::shown( $known, true ) : self::shown( self::made( $file, $named, $hash, $alt ), false );
				}
			);
		} finally {
			if ( file_exists( $file ) ) {
				wp_delete_file( $file );
			}
		}
	}

	/**
	 * Let WordPress make the attachment and its sizes.
	 *
	 * @param string $file The file.
	 * @param string $name Its name.
	 * @param string $hash The hash of its bytes.
	 * @param string $alt  Its text.
	 * @throws Problem When WordPress refuses it.
	 */
	private static function made( string $file, string $name, string $hash, string $alt ): int {
		$parts = array(
			'name'     => $name,
			'tmp_name' => $file,
		);
		$made  = media_handle_sideload( $parts, 0 );
		if ( is_wp_error( $made ) ) {
			throw new Problem( 422, 'image_refused', $made->get_error_message(), array( 'reason' => 'type' ) );
		}
		update_post_meta( $made, self::HASH, $hash );
		if ( '' !== $alt ) {
			update_post_meta( $made, '_wp_attachment_image_alt', $alt );
		}
		return $made;
	}

	/**
	 * Describe a picture.
	 *
	 * @param int  $attachment Its number.
	 * @param bool $reused     Whether it was there.
	 */
	private static function shown( int $attachment, bool $reused ): array {
		return array(
			'attachment' => $attachment,
			'reused'     => $reused,
			'sha256'     => (string) get_post_meta( $attachment, self::HASH, true ),
		);
	}

	/**
	 * Find a picture that still exists, 0 if there is none.
	 *
	 * @param string $key   The meta.
	 * @param string $value Its value.
	 */
	private static function find( string $key, string $value ): int {
		global $wpdb;
		$query = "SELECT p.ID FROM {$wpdb->postmeta} m JOIN {$wpdb->posts} p ON p.ID = m.post_id AND p.post_type = 'attachment'
			WHERE m.meta_key = %s AND m.meta_value = %s AND p.post_status <> 'trash' ORDER BY p.ID LIMIT 1";
		return (int) $wpdb->get_var( $wpdb->prepare( $query, $key, $value ) ); // phpcs:ignore WordPress.DB -- a cached answer would be wrong here.
	}

	/**
	 * Do something while nobody else does it for the same picture.
	 *
	 * @param string   $hash What it is done for.
	 * @param callable $work What is done.
	 * @throws Problem When another request takes too long.
	 */
	private static function alone( string $hash, callable $work ): array {
		global $wpdb;
		$name = 'shopweave_' . substr( $hash, 0, 40 );
		// phpcs:disable WordPress.DB.DirectDatabaseQuery -- locks are no content.
		if ( '1' !== $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, %d)', $name, self::WAIT ) ) ) {
			throw new Problem( 503, 'busy', 'Another request is taking this picture in.' );
		}
		try {
			return $work();
		} finally {
			$wpdb->query( $wpdb->prepare( 'SELECT RELEASE_LOCK(%s)', $name ) );
		}
		// phpcs:enable
	}
}
