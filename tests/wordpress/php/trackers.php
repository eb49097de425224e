<?php
/** What plug-ins of Google's tag manager and of statistics do on the page that thanks for an order, and what others do. */

add_action( 'woocommerce_thankyou', 'woocommerce_order_details_table', 10 );
add_action( 'woocommerce_thankyou', static function ( $id ) { echo "<script>report({$id})</script>"; }, 20 );
add_action( 'wp_head', static function () { echo '<meta name="plain-head">'; } );
add_action( 'wp_head', 'standin_gtm_head' );
add_action( 'wp_footer', array( 'Standin_Google_Analytics', 'footer' ) );
add_action(
	'wp_enqueue_scripts',
	static function () {
		wp_enqueue_script( 'cart', '/cart.js', array(), '1', true );
		wp_enqueue_script( 'google-tag', 'https://www.googletagmanager.com/gtag/js?id=G-1', array(), '1', false );
		wp_enqueue_script( 'measure', 'https://www.google-analytics.com/analytics.js', array(), '1', true );
		wp_enqueue_script( 'needs-it', '/needs.js', array( 'google-tag' ), '1', true );
		wp_register_script( 'inline-only', false, array(), '1', true );
		wp_enqueue_script( 'inline-only' );
		wp_add_inline_script( 'inline-only', "gtag('event','purchase');" );
	}
);
add_action( 'wp_footer', static function () { wp_enqueue_script( 'late-gtm', 'https://cdn.example/gtm.js', array(), '1', true ); }, 5 );

function standin_gtm_head() {
	echo '<script>dataLayer.push({})</script>';
}

final class Standin_Google_Analytics {
	public static function footer() {
		echo '<noscript>pixel</noscript>';
	}
}

function woocommerce_order_details_table( $id ) {
	echo "<table id='order-{$id}'></table>";
}

function is_order_received_page() {
	return '' !== get_query_var( 'order-received' );
}

add_filter( 'query_vars', static fn( $names ) => array_merge( $names, array( 'order-received' ) ) );
add_action(
	'template_redirect',
	static function () {
		if ( is_order_received_page() ) {
			wp_head();
			wp_body_open();
			do_action( 'woocommerce_thankyou', (int) get_query_var( 'order-received' ) );
			wp_footer();
			exit;
		}
	}
);
