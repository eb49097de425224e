<?php
/**
 * Who may call what.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * The name space and the rights its routes ask for.
 */
final class Access {

	/**
	 * Begins with wc- so that WooCommerce's consumer keys open it, and application passwords too.
	 */
	public const SPACE = 'wc-shopweave/v1';

	/**
	 * Say whether the caller runs the shop.
	 */
	public static function may_manage(): bool {
		return current_user_can( 'manage_woocommerce' );
	}

	/**
	 * Say whether the caller may change products.
	 */
	public static function may_edit(): bool {
		return current_user_can( 'edit_products' );
	}

	/**
	 * Say whether the caller may bring pictures to products.
	 */
	public static function may_picture(): bool {
		return current_user_can( 'upload_files' ) && current_user_can( 'edit_products' );
	}
}
