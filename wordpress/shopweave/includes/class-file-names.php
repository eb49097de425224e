<?php
/**
 * The route that gives pictures plain file names.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- texts are searched as they are stored.

/**
 * Answers POST /wc-shopweave/v1/fix-images: previews unless told to apply.
 */
final class File_Names {

	private const LIMIT = 50;

	/**
	 * Register the route.
	 */
	public static function register(): void {
		$whole = array(
			'type'    => 'integer',
			'minimum' => 0,
			'default' => 0,
		);
		register_rest_route(
			Access::SPACE,
			'/fix-images',
			array(
				'methods'             => 'POST',
				'permission_callback' => static function (): bool {
					return Access::may_manage() && Access::may_picture();
				},
				'callback'            => Problem::caught( array( self::class, 'answer' ) ),
				'args'                => array(
					'dry_run'  => array(
						'type'    => 'boolean',
						'default' => true,
					),
					'after_id' => $whole,
					'limit'    => array(
						'default' => self::LIMIT,
						'minimum' => 1,
						'maximum' => self::LIMIT,
					) + $whole,
				),
			)
		);
	}

	/**
	 * Go on behind a number.
	 *
	 * @param \WP_REST_Request $request The request.
	 */
	public static function answer( \WP_REST_Request $request ): array {
		Watch::by_hub();
		Library::open();
		$limit = (int) $request['limit'];
		$ids   = self::found( (int) $request['after_id'], $limit + 1 );
		$page  = array_slice( $ids, 0, $limit );
		$rows  = array();
		foreach ( $page as $id ) {
			$rows[] = self::one( $id, (bool) $request['dry_run'] );
		}
		return array(
			'rows' => $rows,
			'next' => $page ? (int) end( $page ) : (int) $request['after_id'],
			'more' => count( $ids ) > $limit,
		);
	}

	/**
	 * Find pictures whose file has another character than A-Z, a-z, 0-9, _, . and -.
	 *
	 * @param int $after Above this number.
	 * @param int $limit At most so many.
	 */
	private static function found( int $after, int $limit ): array {
		global $wpdb;
		$query = "SELECT m.post_id FROM {$wpdb->postmeta} m JOIN {$wpdb->posts} p ON p.ID = m.post_id AND p.post_mime_type LIKE 'image/%%'
			WHERE m.meta_key = '_wp_attached_file' AND SUBSTRING_INDEX(m.meta_value, '/', -1) REGEXP '[^a-zA-Z0-9_.-]' AND m.post_id > %d ORDER BY m.post_id LIMIT %d";
		return array_map( 'intval', $wpdb->get_col( $wpdb->prepare( $query, $after, $limit ) ) );
	}

	/**
	 * Rename one picture. The old files go last: what was cut off before leaves everything readable.
	 *
	 * @param int  $id  The picture.
	 * @param bool $dry Whether to tell only.
	 */
	private static function one( int $id, bool $dry ): array {
		$attached = (string) get_post_meta( $id, '_wp_attached_file', true );
		$metadata = wp_get_attachment_metadata( $id, true );
		$metadata = is_array( $metadata ) ? $metadata : array();
		$folder   = '.' === dirname( $attached ) ? '' : dirname( $attached ) . '/';
		$base     = trailingslashit( wp_get_upload_dir()['basedir'] ) . $folder;
		$names    = self::names( $id, wp_basename( $attached ), $metadata, $base );
		$names    = array_filter(
			$names,
			static function ( string $name ) use ( $base ): bool {
				return file_exists( $base . $name );
			},
			ARRAY_FILTER_USE_KEY
		);
		$posts    = self::references( $folder, $names );
		$row      = array(
			'id'         => $id,
			'old'        => $attached,
			'new'        => $folder . ( $names[ wp_basename( $attached ) ] ?? wp_basename( $attached ) ),
			'files'      => count( $names ),
			'references' => array_sum( array_column( $posts, 'count' ) ),
			'undo'       => $names,
		);
		if ( ! $dry && $row['new'] !== $row['old'] ) {
			self::apply( $id, $row, $base, $metadata, $posts );
		}
		return $row;
	}

	/**
	 * Name the files of a picture, old to new.
	 *
	 * @param int    $id       The picture.
	 * @param string $file     Its file.
	 * @param array  $metadata What WordPress knows of it.
	 * @param string $base     Its folder.
	 */
	private static function names( int $id, string $file, array $metadata, string $base ): array {
		$first  = $metadata['original_image'] ?? $file;
		$stem   = pathinfo( $first, PATHINFO_FILENAME );
		$ending = pathinfo( $first, PATHINFO_EXTENSION );
		$plain  = trim( preg_replace( '/[^a-zA-Z0-9_.-]+/', '-', remove_accents( $stem ) ), '-.' );
		$plain  = '' === $plain ? "image-{$id}" : $plain;
		$free   = pathinfo( wp_unique_filename( $base, "{$plain}.{$ending}" ), PATHINFO_FILENAME );
		$backup = get_post_meta( $id, '_wp_attachment_backup_sizes', true );
		$olds   = array_merge( array( $file, $first ), array_column( $metadata['sizes'] ?? array(), 'file' ), array_column( is_array( $backup ) ? $backup : array(), 'file' ) );
		$names  = array();
		foreach ( array_unique( $olds ) as $old ) {
			if ( 0 === strpos( $old, $stem ) ) {
				$names[ $old ] = $free . substr( $old, strlen( $stem ) );
			}
		}
		return $names;
	}

	/**
	 * Find texts that name any of the files: how often, and what they should say.
	 *
	 * @param string $folder Where the files are, below the uploads.
	 * @param array  $names  Old to new.
	 */
	private static function references( string $folder, array $names ): array {
		global $wpdb;
		$pairs = array();
		foreach ( $names as $old => $new ) {
			$encoded = rawurlencode( $old );
			$lower   = preg_replace_callback( '/%[0-9A-F]{2}/', array( self::class, 'lower' ), $encoded );
			foreach ( array( $old, $encoded, $lower ) as $form ) {
				$pairs[ "/{$folder}{$form}" ] = "/{$folder}{$new}";
			}
		}
		$found = array();
		foreach ( array_keys( $pairs ) as $form ) {
			$like  = '%' . $wpdb->esc_like( $form ) . '%';
			$query = "SELECT ID, post_content, post_excerpt FROM {$wpdb->posts} WHERE post_type <> 'revision' AND (post_content LIKE %s OR post_excerpt LIKE %s)";
			foreach ( $wpdb->get_results( $wpdb->prepare( $query, $like, $like ) ) as $post ) {
				$found[ (int) $post->ID ] = self::rewritten( $post, $pairs );
			}
		}
		return $found;
	}

	/**
	 * Write small hexadecimal digits.
	 *
	 * @param array $found One encoded byte.
	 */
	private static function lower( array $found ): string {
		return strtolower( $found[0] );
	}

	/**
	 * Rewrite the texts of a post.
	 *
	 * @param \stdClass $post  The post.
	 * @param array     $pairs Old to new.
	 */
	private static function rewritten( \stdClass $post, array $pairs ): array {
		$count = 0;
		foreach ( array_keys( $pairs ) as $form ) {
			$count += substr_count( $post->post_content, $form ) + substr_count( $post->post_excerpt, $form );
		}
		return array(
			'count' => $count,
			'texts' => array(
				'post_content' => strtr( $post->post_content, $pairs ),
				'post_excerpt' => strtr( $post->post_excerpt, $pairs ),
			),
		);
	}

	/**
	 * Copy the files, change what names them, remove the old ones.
	 *
	 * @param int    $id       The picture.
	 * @param array  $row      What was found.
	 * @param string $base     Its folder.
	 * @param array  $metadata What WordPress knows of it.
	 * @param array  $posts    Texts by post.
	 * @throws Problem When a file cannot be copied; nothing was changed then.
	 */
	private static function apply( int $id, array $row, string $base, array $metadata, array $posts ): void {
		global $wpdb;
		foreach ( $row['undo'] as $old => $new ) {
			if ( ! copy( $base . $old, $base . $new ) ) {
				throw new Problem( 500, 'not_copied', "The file {$old} cannot be copied." );
			}
		}
		update_post_meta( $id, '_wp_attached_file', wp_slash( $row['new'] ) );
		if ( $metadata ) {
			wp_update_attachment_metadata( $id, self::renamed( $metadata, $row ) );
		}
		foreach ( $posts as $post => $found ) {
			$wpdb->update( $wpdb->posts, $found['texts'], array( 'ID' => $post ) );
			clean_post_cache( $post );
		}
		clean_post_cache( $id );
		foreach ( array_keys( $row['undo'] ) as $old ) {
			wp_delete_file( $base . $old );
		}
	}

	/**
	 * Put the new names into what WordPress knows of a picture.
	 *
	 * @param array $metadata What it knows.
	 * @param array $row      The names.
	 */
	private static function renamed( array $metadata, array $row ): array {
		$metadata['file'] = $row['new'];
		if ( isset( $metadata['original_image'] ) ) {
			$metadata['original_image'] = $row['undo'][ $metadata['original_image'] ] ?? $metadata['original_image'];
		}
		foreach ( $metadata['sizes'] ?? array() as $size => $one ) {
			$metadata['sizes'][ $size ]['file'] = $row['undo'][ $one['file'] ] ?? $one['file'];
		}
		return $metadata;
	}
}
