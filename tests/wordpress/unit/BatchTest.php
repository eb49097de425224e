<?php

use PHPUnit\Framework\TestCase;
use Shopweave\Batch;
use Shopweave\Idempotency;
use Shopweave\Problem;

final class BatchTest extends TestCase {

	private function refusal( array $body ): array {
		try {
			Batch::items( new WP_REST_Request( $body ), array( 'id', 'sku', 'delta' ) );
		} catch ( Problem $problem ) {
			$error = $problem->answer();
			return array( $error->code, $error->data['status'], $error->data['field'] ?? '' );
		}
		return array();
	}

	public function test_items_are_given_as_they_are(): void {
		$items = array( array( 'id' => 1, 'delta' => 2 ), array( 'sku' => 'A' ) );
		$this->assertSame( $items, Batch::items( new WP_REST_Request( array( 'key' => 'k', 'items' => $items ) ), array( 'id', 'sku', 'delta' ) ) );
		$this->assertSame( array(), $this->refusal( array( 'items' => array() ) ) );
	}

	public function test_what_nobody_understands_names_its_field(): void {
		$bad = 'shopweave_bad_request';
		$this->assertSame( array( $bad, 400, 'colour' ), $this->refusal( array( 'items' => array(), 'colour' => 1 ) ) );
		$this->assertSame( array( $bad, 400, 'items' ), $this->refusal( array() ) );
		$this->assertSame( array( $bad, 400, 'items' ), $this->refusal( array( 'items' => array( 'x' => array( 'id' => 1 ) ) ) ) );
		$this->assertSame( array( $bad, 400, 'items' ), $this->refusal( array( 'items' => array( 7 ) ) ) );
		$this->assertSame( array( $bad, 400, 'price' ), $this->refusal( array( 'items' => array( array( 'id' => 1, 'price' => 1 ) ) ) ) );
		$this->assertSame( array( $bad, 400, 'id' ), $this->refusal( array( 'items' => array( array( 'delta' => 1 ) ) ) ) );
	}

	public function test_five_hundred_items_and_no_more(): void {
		$this->assertSame( array(), $this->refusal( array( 'items' => array_fill( 0, 500, array( 'id' => 1 ) ) ) ) );
		$this->assertSame( 'shopweave_too_many', $this->refusal( array( 'items' => array_fill( 0, 501, array( 'id' => 1 ) ) ) )[0] );
	}

	public function test_a_key_comes_in_the_head_or_the_body_and_is_short_and_visible(): void {
		$this->assertSame( 'head', Idempotency::key( new WP_REST_Request( array( 'key' => 'body' ), array( 'idempotency_key' => 'head' ) ) ) );
		$this->assertSame( 'body', Idempotency::key( new WP_REST_Request( array( 'key' => 'body' ) ) ) );
		foreach ( array( '', 'a b', str_repeat( 'x', 65 ), "a\n" ) as $key ) {
			try {
				Idempotency::key( new WP_REST_Request( array( 'key' => $key ) ) );
				$this->fail( "taken: {$key}" );
			} catch ( Problem $problem ) {
				$this->assertSame( 'shopweave_key_missing', $problem->answer()->code );
			}
		}
	}

	public function test_a_hash_tells_routes_and_items_apart(): void {
		$one = array( array( 'id' => 1 ) );
		$this->assertSame( Idempotency::hash( 'stock', $one ), Idempotency::hash( 'stock', $one ) );
		$this->assertNotSame( Idempotency::hash( 'stock', $one ), Idempotency::hash( 'prices', $one ) );
		$this->assertNotSame( Idempotency::hash( 'stock', $one ), Idempotency::hash( 'stock', array( array( 'id' => 2 ) ) ) );
	}
}
