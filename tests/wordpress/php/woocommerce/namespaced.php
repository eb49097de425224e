<?php
/** The classes of WooCommerce's own name space that the plug-in asks: shops made today keep orders in tables of their own. */

namespace Automattic\WooCommerce\Utilities {

	final class FeaturesUtil {
		public static function declare_compatibility( $feature, $file, $is = true ) {
			if ( ! doing_action( 'before_woocommerce_init' ) ) {
				trigger_error( 'FeaturesUtil::declare_compatibility was called too late', E_USER_NOTICE );
			}
			$GLOBALS['standin_declared'][ $feature ][ plugin_basename( $file ) ] = $is;
			return true;
		}
	}

	final class OrderUtil {
		public static function custom_orders_table_usage_is_enabled() {
			return 'no' !== get_option( 'woocommerce_custom_orders_table_enabled', 'yes' );
		}
	}
}

namespace Automattic\WooCommerce\Internal\DataStores\Orders {

	final class OrdersTableDataStore {
		public static function get_orders_table_name() {
			return $GLOBALS['wpdb']->prefix . 'wc_orders';
		}
	}
}
