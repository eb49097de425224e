<?php

use PHPUnit\Framework\TestCase;
use Shopweave\Ping;
use Shopweave\Problem;
use Shopweave\Settings;

final class PingTest extends TestCase {

	private const SECRET = 'a-secret-of-the-hub';

	protected function setUp(): void {
		Memory::forget();
		add_filter( 'shopweave_allow_address', static fn() => true );
		Settings::change( new WP_REST_Request( array( 'ping_url' => 'https://10.0.0.5/hooks', 'ping_secret' => self::SECRET ) ) );
	}

	private function bodies(): array {
		return array_map( static fn( $one ) => json_decode( $one[1]['body'], true ), Memory::$sent );
	}

	public function test_orders_go_first_and_what_is_neither_order_nor_stock_does_not_go(): void {
		Ping::note( array( array( 'product', 1, 'stock' ), array( 'product', 2, 'content' ), array( 'order', 3, 'paid' ) ), 100 );
		Ping::send();
		$shown = array_map( static fn( $one ) => array( $one['kind'], $one['id'], $one['number'] ), $this->bodies() );
		$this->assertSame( array( array( 'order', 3, 102 ), array( 'product', 1, 100 ) ), $shown );
		Ping::send();
		$this->assertCount( 2, Memory::$sent );
	}

	public function test_the_body_is_signed_as_it_is_sent(): void {
		Ping::note( array( array( 'order', 3, 'paid' ) ), 5 );
		Ping::send();
		list( $url, $args ) = Memory::$sent[0];
		$this->assertSame( 'https://10.0.0.5/hooks', $url );
		$this->assertSame( 'sha256=' . hash_hmac( 'sha256', $args['body'], self::SECRET ), $args['headers']['X-Shopweave-Signature'] );
		$this->assertMatchesRegularExpression( '/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/', $this->bodies()[0]['at'] );
	}

	public function test_a_variation_names_its_parent(): void {
		Ping::note( array( array( 'variation', 3, 'stock', 1003 ), array( 'product', 4, 'stock' ) ), 5 );
		Ping::send();
		$this->assertSame( 1003, $this->bodies()[0]['parent'] );
		$this->assertArrayNotHasKey( 'parent', $this->bodies()[1] );
	}

	public function test_ten_at_most(): void {
		Ping::note( array_map( static fn( $id ) => array( 'product', $id, 'stock' ), range( 1, 30 ) ), 1 );
		Ping::send();
		$this->assertCount( 10, Memory::$sent );
	}

	public function test_one_that_fails_stops_the_rest_for_a_while_and_new_settings_go_on(): void {
		Memory::$answer = array( 'response' => array( 'code' => 500 ) );
		foreach ( array( 1, 2 ) as $turn ) {
			Ping::note( array( array( 'order', 1, 'paid' ), array( 'order', 2, 'paid' ) ), 1 );
			Ping::send();
			$this->assertCount( 1, Memory::$sent );
		}
		Settings::change( new WP_REST_Request( array( 'quiet_analytics' => true ) ) );
		Ping::note( array( array( 'order', 1, 'paid' ) ), 1 );
		Ping::send();
		$this->assertCount( 2, Memory::$sent );
	}

	public function test_without_an_address_nothing_goes_and_the_secret_is_forgotten(): void {
		Settings::change( new WP_REST_Request( array( 'ping_url' => '' ) ) );
		Ping::note( array( array( 'order', 1, 'paid' ) ), 1 );
		Ping::send();
		$this->assertSame( array(), Memory::$sent );
		$this->assertSame( '', Settings::all()['ping_secret'] );
	}

	public function test_the_secret_is_not_shown(): void {
		$this->assertSame( array( 'ping_url' => 'https://10.0.0.5/hooks', 'ping_secret' => true, 'quiet_analytics' => false ), Settings::shown() );
	}

	/** @dataProvider wrong */
	public function test_a_wrong_setting_changes_nothing( array $given ): void {
		$before = Settings::all();
		try {
			Settings::change( new WP_REST_Request( $given + array( 'quiet_analytics' => true ) ) );
			$this->fail( 'taken' );
		} catch ( Problem $problem ) {
			$this->assertSame( $before, Settings::all() );
		}
	}

	public function wrong(): array {
		return array( array( array( 'x' => 1 ) ), array( array( 'ping_url' => 1 ) ), array( array( 'ping_secret' => 'short' ) ), array( array( 'ping_url' => 'gopher://10.0.0.5' ) ) );
	}
}
