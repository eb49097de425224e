<?php
// Runs PHP from standard input inside the site in this folder; writes what it returns as JSON.
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require getcwd() . '/wp-load.php';
foreach ( array( 'plugin', 'file', 'media', 'image', 'user', 'post' ) as $part ) {
	require_once ABSPATH . "wp-admin/includes/{$part}.php";
}
echo "\n=>", wp_json_encode( eval( stream_get_contents( STDIN ) ) );
