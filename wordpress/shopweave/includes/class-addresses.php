<?php
/**
 * Which addresses a picture may be fetched from.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Resolves a host and refuses what is not public.
 */
final class Addresses {

	private const REFUSED = array( '100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15', '224.0.0.0/4' );

	/**
	 * Give the address to connect to; refused unless every address of the host is public.
	 *
	 * WordPress lets link-local and carrier-grade ranges pass, so the host is looked at here.
	 *
	 * @param string $url Where the picture is said to be.
	 * @throws Problem With reason `address`.
	 */
	public static function checked( string $url ): string {
		$parts = wp_parse_url( $url );
		$host  = strtolower( trim( $parts['host'] ?? '', '[]' ) );
		$known = in_array( $parts['scheme'] ?? '', array( 'http', 'https' ), true );
		if ( ! $known || '' === $host || isset( $parts['user'] ) || isset( $parts['pass'] ) ) {
			throw self::refused();
		}
		$found = self::resolved( $host );
		foreach ( $found as $address ) {
			/**
			 * Lets a site allow an address that is not public, such as a picture store of its own.
			 *
			 * @param bool   $allowed Whether it is public.
			 * @param string $address The address.
			 */
			if ( ! apply_filters( 'shopweave_allow_address', self::is_public( $address ), $address ) ) {
				throw self::refused();
			}
		}
		return $found[0];
	}

	/**
	 * Find the addresses of a host.
	 *
	 * @param string $host A name or an address.
	 * @throws Problem When there are none.
	 */
	private static function resolved( string $host ): array {
		if ( filter_var( $host, FILTER_VALIDATE_IP ) ) {
			return array( $host );
		}
		$found = gethostbynamel( $host );
		if ( ! $found ) {
			throw new Problem( 502, 'image_unreachable', 'The host of the picture has no address.', array( 'reason' => 'connection' ) );
		}
		return $found;
	}

	/**
	 * Say whether an address belongs to the public network.
	 *
	 * @param string $address IPv4; IPv6 is never connected to, as WordPress does not either.
	 */
	public static function is_public( string $address ): bool {
		$flags = FILTER_FLAG_IPV4 | FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE;
		if ( ! filter_var( $address, FILTER_VALIDATE_IP, $flags ) ) {
			return false;
		}
		foreach ( self::REFUSED as $range ) {
			list( $first, $bits ) = explode( '/', $range );
			$shift                = 32 - (int) $bits;
			if ( ( ip2long( $address ) >> $shift ) === ( ip2long( $first ) >> $shift ) ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Make the refusal.
	 */
	private static function refused(): Problem {
		return new Problem( 422, 'image_refused', 'The picture is at an address that is not public.', array( 'reason' => 'address' ) );
	}
}
