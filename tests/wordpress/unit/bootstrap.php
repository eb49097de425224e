<?php
/** As much of WordPress as the parts need that decide something by themselves; no database, no site. */

namespace {
	define( 'ABSPATH', __DIR__ );
	define( 'WP_CONTENT_DIR', __DIR__ );
	define( 'MB_IN_BYTES', 1048576 );
	define( 'WP_ENVIRONMENT_TYPE', 'local' );

	/** What the stand-ins remember between calls. */
	final class Memory {
		public static $options = array();
		public static $filters = array();
		public static $sent    = array();
		public static $answer  = array( 'response' => array( 'code' => 204 ) );

		public static function forget() {
			self::$options = array();
			self::$filters = array();
			self::$sent    = array();
			self::$answer  = array( 'response' => array( 'code' => 204 ) );
		}
	}

	class WP_Error {
		public $code;
		public $message;
		public $data;

		public function __construct( $code, $message, $data ) {
			list( $this->code, $this->message, $this->data ) = array( $code, $message, $data );
		}
	}

	class WP_REST_Request implements ArrayAccess {
		private $params;
		private $headers;

		public function __construct( $params = array(), $headers = array() ) {
			list( $this->params, $this->headers ) = array( $params, $headers );
		}

		public function get_json_params() {
			return $this->params;
		}

		public function get_header( $name ) {
			return $this->headers[ $name ] ?? null;
		}

		public function offsetExists( $name ): bool {
			return isset( $this->params[ $name ] );
		}

		#[ReturnTypeWillChange]
		public function offsetGet( $name ) {
			return $this->params[ $name ] ?? null;
		}

		public function offsetSet( $name, $value ): void {
			$this->params[ $name ] = $value;
		}

		public function offsetUnset( $name ): void {
			unset( $this->params[ $name ] );
		}
	}

	/** Answers queries by the first pattern that fits, and remembers them. */
	final class Fake_Wpdb {
		public $prefix        = 'wp_';
		public $postmeta      = 'wp_postmeta';
		public $posts         = 'wp_posts';
		public $insert_id     = 0;
		public $last_result   = array();
		public $last_error    = '';
		public $dbh;
		public $asked         = array();
		private $answers;

		public function __construct( $answers = array() ) {
			$this->answers = $answers;
		}

		private function found( $query, $default ) {
			$this->asked[] = $query;
			foreach ( $this->answers as $pattern => $answer ) {
				if ( preg_match( $pattern, $query ) ) {
					return $answer instanceof Closure ? $answer( $query ) : $answer;
				}
			}
			return $default;
		}

		public function prepare( $query, ...$values ) {
			$values = is_array( $values[0] ?? null ) ? $values[0] : $values;
			return vsprintf( str_replace( '%s', "'%s'", $query ), $values );
		}

		public function query( $query ) {
			return $this->found( $query, 1 );
		}

		public function get_var( $query ) {
			return $this->found( $query, null );
		}

		public function get_row( $query ) {
			return $this->found( $query, null );
		}

		public function get_results( $query ) {
			return $this->found( $query, array() );
		}

		public function suppress_errors( $quiet ) {
			return ! $quiet;
		}
	}

	function add_action( $hook, $callback, $priority = 10 ) {
		Memory::$filters[ $hook ][] = $callback;
	}

	function add_filter( $hook, $callback, $priority = 10 ) {
		Memory::$filters[ $hook ][] = $callback;
	}

	function remove_action( $hook, $callback, $priority = 10 ) {
		unset( Memory::$filters[ $hook ] );
	}

	function do_action( $hook, ...$values ) {
		foreach ( Memory::$filters[ $hook ] ?? array() as $callback ) {
			$callback( ...$values );
		}
	}

	function apply_filters( $hook, $value, ...$more ) {
		foreach ( Memory::$filters[ $hook ] ?? array() as $callback ) {
			$value = $callback( $value, ...$more );
		}
		return $value;
	}

	function get_option( $name, $default = false ) {
		return Memory::$options[ $name ] ?? $default;
	}

	function update_option( $name, $value, $autoload = null ) {
		Memory::$options[ $name ] = $value;
		return true;
	}

	function get_transient( $name ) {
		return Memory::$options[ "transient_{$name}" ] ?? false;
	}

	function set_transient( $name, $value, $seconds ) {
		Memory::$options[ "transient_{$name}" ] = $value;
	}

	function delete_transient( $name ) {
		unset( Memory::$options[ "transient_{$name}" ] );
	}

	function wp_parse_url( $url, $part = -1 ) {
		return parse_url( $url, $part );
	}

	function wp_json_encode( $value ) {
		return json_encode( $value );
	}

	function wp_generate_uuid4() {
		return bin2hex( random_bytes( 16 ) );
	}

	function wp_rand( $low, $high ) {
		return $low;
	}

	function wp_doing_cron() {
		return false;
	}

	function wp_remote_post( $url, $args ) {
		Memory::$sent[] = array( $url, $args );
		return Memory::$answer;
	}

	function wp_remote_retrieve_response_code( $answer ) {
		return is_array( $answer ) ? $answer['response']['code'] : '';
	}

	function wp_get_post_parent_id( $id ) {
		return $id + 1000;
	}

	function wp_unslash( $value ) {
		return $value;
	}

	function esc_url_raw( $value ) {
		return $value;
	}

	function home_url( $path = '' ) {
		return "https://shop.example/store{$path}";
	}

	function site_url() {
		return 'https://shop.example/store';
	}

	function content_url() {
		return 'https://shop.example/store/wp-content';
	}

	function rest_get_url_prefix() {
		return 'wp-json';
	}

	function wp_normalize_path( $path ) {
		return str_replace( '\\', '/', $path );
	}

	foreach ( glob( __DIR__ . '/../../../wordpress/shopweave/includes/class-*.php' ) as $file ) {
		require_once $file;
	}
}
