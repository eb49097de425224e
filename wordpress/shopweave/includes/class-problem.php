<?php
/**
 * Errors as the routes answer them.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * An error answer on its way to the caller.
 */
final class Problem extends \Exception {

	/**
	 * Its code, such as shopweave_busy.
	 *
	 * @var string
	 */
	private $name;

	/**
	 * Status and whatever belongs to it.
	 *
	 * @var array
	 */
	private $details;

	/**
	 * Make one.
	 *
	 * @param int    $status  The HTTP status.
	 * @param string $name    The code without its prefix.
	 * @param string $text    A sentence for a person.
	 * @param array  $details More for the caller's code.
	 */
	public function __construct( int $status, string $name, string $text, array $details = array() ) {
		parent::__construct( $text );
		$this->name    = 'shopweave_' . $name;
		$this->details = array( 'status' => $status ) + $details;
	}

	/**
	 * Give it in WordPress's form.
	 */
	public function answer(): \WP_Error {
		return new \WP_Error( $this->name, $this->getMessage(), $this->details );
	}

	/**
	 * Give it as an answer, with the head that says when to ask again.
	 */
	private function response(): \WP_REST_Response {
		$response = rest_convert_error_to_response( $this->answer() );
		if ( isset( $this->details['retry_after'] ) ) {
			$response->header( 'Retry-After', (string) $this->details['retry_after'] );
		}
		return $response;
	}

	/**
	 * Wrap a route so that a problem becomes its answer.
	 *
	 * @param callable $route Answers a request.
	 */
	public static function caught( callable $route ): callable {
		return static function ( \WP_REST_Request $request ) use ( $route ) {
			try {
				return $route( $request );
			} catch ( Problem $problem ) {
				return $problem->response();
			}
		};
	}
}
