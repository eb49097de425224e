<?php
/**
 * Who hangs on a hook.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Reads and thins out WordPress's table of hooks.
 */
final class Hooks {

	/**
	 * Give the callbacks of a hook, each with its priority.
	 *
	 * @param string $hook A hook.
	 */
	public static function callbacks( string $hook ): array {
		global $wp_filter;
		$found = array();
		foreach ( isset( $wp_filter[ $hook ] ) ? $wp_filter[ $hook ]->callbacks : array() as $priority => $callbacks ) {
			foreach ( $callbacks as $callback ) {
				$found[] = array( $callback['function'], $priority );
			}
		}
		return $found;
	}

	/**
	 * Take callbacks off a hook.
	 *
	 * @param string   $hook     A hook.
	 * @param callable $unwanted Says of a callback whether it goes.
	 */
	public static function remove( string $hook, callable $unwanted ): void {
		foreach ( self::callbacks( $hook ) as list( $callback, $priority ) ) {
			if ( $unwanted( $callback ) ) {
				remove_filter( $hook, $callback, $priority );
			}
		}
	}

	/**
	 * Name the class, or else the function, that a callback belongs to.
	 *
	 * @param callable $callback A callback.
	 */
	public static function owner( $callback ): string {
		$target = is_array( $callback ) ? $callback[0] : $callback;
		if ( $target instanceof \Closure ) {
			$scope = ( new \ReflectionFunction( $target ) )->getClosureScopeClass();
			return $scope ? $scope->getName() : '';
		}
		return is_object( $target ) ? get_class( $target ) : (string) $target;
	}

	/**
	 * Give the file of a callback, below the folder of plug-ins or themes; empty for WordPress's own.
	 *
	 * @param callable $callback A callback.
	 */
	public static function file( $callback ): string {
		$file    = self::path( $callback );
		$content = wp_normalize_path( WP_CONTENT_DIR );
		return 0 === strpos( $file, $content ) ? substr( $file, strlen( $content ) ) : '';
	}

	/**
	 * Say whether a callback stands in a file below one of some folders.
	 *
	 * @param callable $callback A callback.
	 * @param array    $folders  Folders.
	 */
	public static function is_within( $callback, array $folders ): bool {
		$file = self::path( $callback );
		foreach ( $folders as $folder ) {
			if ( 0 === strpos( $file, trailingslashit( wp_normalize_path( $folder ) ) ) ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Give the whole path of the file a callback stands in, empty if there is none.
	 *
	 * @param callable $callback A callback.
	 */
	private static function path( $callback ): string {
		if ( ! is_callable( $callback ) ) {
			return '';
		}
		return wp_normalize_path( (string) ( new \ReflectionFunction( \Closure::fromCallable( $callback ) ) )->getFileName() );
	}
}
