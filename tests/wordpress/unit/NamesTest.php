<?php

use PHPUnit\Framework\TestCase;
use Shopweave\Hooks;
use Shopweave\Orders_Window;
use Shopweave\Quiet;

final class Gtm_Of_Somebody {
	public function prints(): void {
	}
}

final class Cart_Of_Somebody {
	public function prints(): void {
	}
}

final class NamesTest extends TestCase {

	/** @dataProvider paths */
	public function test_only_the_window_itself_is_opened_to_keys( string $uri, bool $is ): void {
		$_SERVER['REQUEST_URI'] = $uri;
		$this->assertSame( $is, Orders_Window::open_to_keys( false ) );
		$this->assertTrue( Orders_Window::open_to_keys( true ) );
	}

	public function paths(): array {
		return array(
			array( '/store/wp-json/flashnode/v1/orders?page=2', true ),
			array( '/store/wp-json/flashnode/v1/status', true ),
			array( '/store/wp-json/flashnode/v10/orders', false ),
			array( '/wp-json/flashnode/v1/orders', false ),
			array( '/store/wp-json/wp/v2/users?x=/store/wp-json/flashnode/v1/orders', false ),
			array( '/store/wp-json/wp/v2/users/store/wp-json/flashnode/v1/', false ),
			array( '', false ),
		);
	}

	public function test_callbacks_are_known_by_their_owner(): void {
		$this->assertSame( 'strlen', Hooks::owner( 'strlen' ) );
		$this->assertSame( Gtm_Of_Somebody::class, Hooks::owner( array( new Gtm_Of_Somebody(), 'prints' ) ) );
		$this->assertSame( self::class, Hooks::owner( function () {} ) );
		$this->assertSame( '/' . basename( __FILE__ ), Hooks::file( function () {} ) );
		$this->assertSame( '', Hooks::file( 'strlen' ) );
	}

	public function test_what_reports_is_told_from_what_does_not(): void {
		$this->assertTrue( Quiet::reports( array( new Gtm_Of_Somebody(), 'prints' ) ) );
		$this->assertFalse( Quiet::reports( array( new Cart_Of_Somebody(), 'prints' ) ) );
		$this->assertFalse( Quiet::reports( 'strlen' ) );
	}

	public function test_woocommerces_own_table_stays(): void {
		$this->assertFalse( Quiet::is_foreign( 'woocommerce_order_details_table' ) );
		$this->assertTrue( Quiet::is_foreign( 'woocommerce_order_details_table_of_somebody' ) );
		$this->assertTrue( Quiet::is_foreign( array( new Cart_Of_Somebody(), 'prints' ) ) );
	}
}
