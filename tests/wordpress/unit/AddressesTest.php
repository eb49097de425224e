<?php

use PHPUnit\Framework\TestCase;
use Shopweave\Addresses;
use Shopweave\Problem;

final class AddressesTest extends TestCase {

	protected function setUp(): void {
		Memory::forget();
	}

	/** @dataProvider addresses */
	public function test_only_public_addresses_are_public( string $address, bool $is ): void {
		$this->assertSame( $is, Addresses::is_public( $address ) );
	}

	public function addresses(): array {
		return array(
			array( '93.184.216.34', true ),
			array( '100.63.255.255', true ),
			array( '100.64.0.1', false ),
			array( '100.127.255.255', false ),
			array( '100.128.0.0', true ),
			array( '127.0.0.1', false ),
			array( '10.1.2.3', false ),
			array( '172.16.0.1', false ),
			array( '192.168.1.1', false ),
			array( '169.254.169.254', false ),
			array( '198.18.0.1', false ),
			array( '224.0.0.1', false ),
			array( '0.0.0.0', false ),
			array( '::1', false ),
		);
	}

	/** @dataProvider refused */
	public function test_what_is_no_plain_public_address_is_refused( string $url ): void {
		$this->expectException( Problem::class );
		Addresses::checked( $url );
	}

	public function refused(): array {
		return array( array( 'ftp://93.184.216.34/a' ), array( 'https://u@93.184.216.34/' ), array( 'https://' ), array( 'http://127.0.0.1/' ), array( 'http://[::1]/' ) );
	}

	public function test_a_site_may_let_an_address_of_its_own_pass(): void {
		add_filter( 'shopweave_allow_address', static fn( $is, $address ) => $is || '10.0.0.5' === $address );
		$this->assertSame( '10.0.0.5', Addresses::checked( 'http://10.0.0.5:8080/hooks' ) );
	}
}
