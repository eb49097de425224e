<?php
/**
 * Fetching a picture, with limits.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Downloads to a temporary file and looks at it before anything else does.
 */
final class Fetch {

	public const BYTES      = 20 * MB_IN_BYTES;
	private const LEAST     = 64;
	private const PIXELS    = 40000000;
	private const SECONDS   = 15;
	private const REDIRECTS = 5;
	private const ENDINGS   = array(
		'image/jpeg' => 'jpg',
		'image/png'  => 'png',
		'image/gif'  => 'gif',
		'image/webp' => 'webp',
		'image/avif' => 'avif',
	);

	/**
	 * Fetch a picture into a temporary file that the caller deletes.
	 *
	 * @param string $url Where it is.
	 * @throws Problem When it cannot be had.
	 */
	public static function to_file( string $url ): string {
		$file = wp_tempnam( 'shopweave' );
		try {
			for ( $hop = 0; $hop <= self::REDIRECTS; $hop++ ) {
				$next = self::one( $url, $file );
				if ( '' === $next ) {
					return $file;
				}
				$url = $next;
			}
			throw self::unreachable( 'redirects', 'The address of the picture leads on and on.' );
		} catch ( Problem $problem ) {
			wp_delete_file( $file );
			throw $problem;
		}
	}

	/**
	 * Ask once; gives the address to go on to, empty when the file is there.
	 *
	 * @param string $url  Where.
	 * @param string $file Into which file.
	 * @throws Problem When there is no picture.
	 */
	private static function one( string $url, string $file ): string {
		$pin = self::pinned( $url, Addresses::checked( $url ) );
		add_action( 'http_api_curl', $pin );
		// One byte above the limit: a file cut at the limit itself would look like a whole one.
		$answer = wp_safe_remote_get(
			$url,
			array(
				'timeout'             => self::SECONDS,
				'redirection'         => 0,
				'stream'              => true,
				'filename'            => $file,
				'limit_response_size' => self::BYTES + 1,
			)
		);
		remove_action( 'http_api_curl', $pin );
		if ( is_wp_error( $answer ) ) {
			throw self::failed( $answer );
		}
		$status = (int) wp_remote_retrieve_response_code( $answer );
		$next   = (string) wp_remote_retrieve_header( $answer, 'location' );
		if ( $status >= 300 && $status < 400 && '' !== $next ) {
			return \WP_Http::make_absolute_url( $next, $url );
		}
		if ( 200 !== $status ) {
			throw self::unreachable( 'status', "The address of the picture answers {$status}." );
		}
		return '';
	}

	/**
	 * Hold on to the address that was checked: a name may lead elsewhere a moment later.
	 *
	 * @param string $url     What is asked.
	 * @param string $address What its host was found to be.
	 */
	private static function pinned( string $url, string $address ): callable {
		$parts = wp_parse_url( $url );
		$port  = $parts['port'] ?? ( 'https' === $parts['scheme'] ? 443 : 80 );
		$line  = "{$parts['host']}:{$port}:{$address}";
		return static function ( $handle ) use ( $line ): void {
			curl_setopt( $handle, CURLOPT_RESOLVE, array( $line ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions.curl_curl_setopt -- no other way.
		};
	}

	/**
	 * Say what went wrong on the way.
	 *
	 * @param \WP_Error $error As WordPress has it; the curl number stands in its text only.
	 */
	private static function failed( \WP_Error $error ): Problem {
		$text = $error->get_error_message();
		if ( false !== strpos( $text, 'cURL error 18' ) ) {
			return self::refused( 'truncated', 'The picture broke off on the way.' );
		}
		if ( false !== strpos( $text, 'cURL error 28' ) ) {
			return self::unreachable( 'timeout', 'The picture did not come in time.' );
		}
		if ( 'http_request_failed' === $error->get_error_code() && false === strpos( $text, 'cURL' ) ) {
			return self::refused( 'address', 'WordPress refuses the address of the picture.' );
		}
		return self::unreachable( 'connection', 'The address of the picture does not answer.' );
	}

	/**
	 * Look at a file; gives the ending that fits what it holds.
	 *
	 * The number of pixels is read from the head of the file, before anything unpacks it.
	 *
	 * @param string $file The file.
	 * @throws Problem When it is no picture that may come in.
	 */
	public static function ending( string $file ): string {
		if ( filesize( $file ) > self::BYTES ) {
			throw self::refused( 'too_big', 'The picture has more bytes than allowed.' );
		}
		$found  = filesize( $file ) >= self::LEAST ? wp_getimagesize( $file ) : false;
		$ending = self::ENDINGS[ $found['mime'] ?? '' ] ?? '';
		if ( '' === $ending ) {
			throw self::refused( 'type', 'There is no JPEG, PNG, GIF, WebP or AVIF picture at the address.' );
		}
		if ( $found[0] * $found[1] > self::PIXELS ) {
			throw self::refused( 'too_many_pixels', 'The picture has more than 40 million pixels.' );
		}
		return $ending;
	}

	/**
	 * Make a refusal.
	 *
	 * @param string $reason For the caller's code.
	 * @param string $text   For a person.
	 */
	private static function refused( string $reason, string $text ): Problem {
		return new Problem( 422, 'image_refused', $text, array( 'reason' => $reason ) );
	}

	/**
	 * Make the error of a picture that could not be had now.
	 *
	 * @param string $reason For the caller's code.
	 * @param string $text   For a person.
	 */
	private static function unreachable( string $reason, string $text ): Problem {
		return new Problem( 502, 'image_unreachable', $text, array( 'reason' => $reason ) );
	}
}
