<?php

use PHPUnit\Framework\TestCase;
use Shopweave\Problem;
use Shopweave\Transaction;

final class TransactionTest extends TestCase {

	private function run_with( array $answers, callable $work ): array {
		global $wpdb;
		Memory::forget();
		$none = (object) array( 'connection' => '7', 'engine' => 'InnoDB', 'body_hash' => null, 'state' => null, 'answer' => null );
		$wpdb = new Fake_Wpdb( $answers + array( '/^SELECT CONNECTION_ID\(\) AS/' => $none, '/^SELECT state/' => '1' ) );
		return Transaction::run( 'key', 'hash', static fn() => 'plan', $work );
	}

	private function is_busy( array $answers, ?callable $work = null ): bool {
		try {
			$this->run_with( $answers, $work ?? static fn( $transaction ) => array( 'done' => 1 ) );
		} catch ( Problem $problem ) {
			return 'shopweave_busy' === $problem->answer()->code;
		}
		return false;
	}

	public function test_the_row_of_the_request_comes_first_and_the_commit_is_read_back(): void {
		global $wpdb;
		$found = $this->run_with( array(), static fn( $transaction, $plan ) => array( 'plan' => $plan ) );
		$this->assertSame( array( 0, array( 'plan' => 'plan' ) ), $found );
		$order = array_map( static fn( $one ) => strtok( $one, ' ' ), array_slice( $wpdb->asked, 1 ) );
		$this->assertSame( array( 'SET', 'START', 'INSERT', 'UPDATE', 'COMMIT', 'SELECT' ), $order );
		$this->assertStringContainsString( 'CONNECTION_ID() = 7', $wpdb->asked[3] );
	}

	public function test_an_earlier_answer_is_given_again(): void {
		$row = (object) array( 'connection' => '7', 'engine' => 'InnoDB', 'body_hash' => 'hash', 'state' => '2', 'answer' => '{"done":1}' );
		$this->assertSame( array( 2, array( 'done' => 1 ) ), $this->run_with( array( '/body_hash/' => $row ), static fn() => array() ) );
	}

	public function test_a_database_that_is_gone_is_busy(): void {
		$this->assertTrue( $this->is_busy( array( '/body_hash/' => null ) ) );
	}

	public function test_tables_without_transactions_are_refused(): void {
		$row = (object) array( 'connection' => '7', 'engine' => 'MyISAM', 'body_hash' => null, 'state' => null, 'answer' => null );
		$this->expectExceptionObject( new Problem( 501, 'no_transactions', 'The tables of products are not InnoDB: nothing can be written in one piece.' ) );
		$this->run_with( array( '/body_hash/' => $row ), static fn() => array() );
	}

	public function test_a_lost_connection_is_told_by_the_last_write(): void {
		global $wpdb;
		$this->assertTrue( $this->is_busy( array( '/^UPDATE \S+ SET state = 1/' => 0 ) ) );
		$this->assertSame( 'ROLLBACK', end( $wpdb->asked ) );
	}

	public function test_each_row_gets_its_own_value(): void {
		$this->assertSame( "ELT(FIELD(id,3,9),'a','b')", Transaction::chosen( 'id', array( 3 => "'a'", 9 => "'b'" ) ) );
	}

	public function test_a_guarded_write_on_another_connection_is_busy(): void {
		global $wpdb;
		$this->assertTrue( $this->is_busy( array( '/^INSERT/' => 0 ) ) );
		$this->assertSame( 'ROLLBACK', end( $wpdb->asked ) );
	}

	public function test_a_commit_that_cannot_be_read_back_is_busy(): void {
		$this->assertTrue( $this->is_busy( array( '/^SELECT state/' => null ) ) );
	}

	public function test_a_commit_that_another_request_finished_is_good(): void {
		$this->assertSame( array( 0, array( 'done' => 1 ) ), $this->run_with( array( '/^SELECT state/' => '2' ), static fn() => array( 'done' => 1 ) ) );
	}

	public function test_a_statement_that_fails_for_good_is_busy(): void {
		$fails = static function ( $transaction ) {
			$transaction->write( 'UPDATE x SET y = 1 WHERE z = 1' );
			return array();
		};
		$this->assertTrue( $this->is_busy( array( '/^UPDATE x/' => false ), $fails ) );
	}
}
