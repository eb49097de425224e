<?php
// Installs WordPress into the empty database of the site in this folder.
define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST'] = '127.0.0.1';
require getcwd() . '/wp-load.php';
function wp_new_blog_notification() {}
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install( 'Shop', 'admin', 'admin@shop.example', true, '', 'secret' );
update_option( 'permalink_structure', '/%postname%/' );
