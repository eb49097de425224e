<?php

use PHPUnit\Framework\TestCase;
use Shopweave\Changes;
use Shopweave\Problem;

final class ChangesTest extends TestCase {

	/** Reads from a table that holds these numbers; those in $old are older than ten seconds. */
	private function read( array $numbers, array $old, int $after, int $limit = 1000 ): array {
		global $wpdb;
		Memory::forget();
		Memory::$options['shopweave_feed'] = 'feed';
		$rows = array();
		foreach ( array_filter( $numbers, static fn( $n ) => $n > $after ) as $n ) {
			$rows[] = (object) array( 'n' => (string) $n, 'kind' => 'order', 'id' => '7', 'what' => 'paid', 'source' => 'shop', 'at' => '2026-03-01 10:00:00.000001', 'old' => in_array( $n, $old, true ) ? '1' : '0' );
		}
		$edges = (object) array( 'oldest' => $numbers ? min( $numbers ) : null, 'newest' => $numbers ? max( $numbers ) : null );
		$wpdb  = new Fake_Wpdb( array( '/MIN\(n\)/' => $edges, '/ORDER BY n/' => array_slice( $rows, 0, $limit + 1 ) ) );
		return Changes::answer( new WP_REST_Request( array( 'after' => $after, 'limit' => $limit ) ) );
	}

	private function numbers( array $answer ): array {
		return array_column( $answer['rows'], 'n' );
	}

	public function test_rows_come_as_they_are_told(): void {
		$answer = $this->read( array( 1, 2 ), array(), 0 );
		$this->assertSame( array( 'n' => 1, 'kind' => 'order', 'id' => 7, 'what' => 'paid', 'source' => 'shop', 'at' => '2026-03-01T10:00:00.000001Z' ), $answer['rows'][0] );
		$this->assertSame( array( 2, false, 0, 1 ), array( $answer['next'], $answer['more'], $answer['held_back'], $answer['oldest'] ) );
	}

	public function test_it_stops_before_a_number_that_may_still_come(): void {
		$answer = $this->read( array( 1, 2, 4, 5 ), array( 1, 2 ), 0 );
		$this->assertSame( array( array( 1, 2 ), 2, 2 ), array( $this->numbers( $answer ), $answer['next'], $answer['held_back'] ) );
	}

	public function test_it_stops_before_the_very_first_number_too(): void {
		$answer = $this->read( array( 2 ), array(), 0 );
		$this->assertSame( array( array(), 0, 1 ), array( $this->numbers( $answer ), $answer['next'], $answer['held_back'] ) );
	}

	public function test_a_gap_that_is_old_is_passed(): void {
		$this->assertSame( array( 1, 4, 9 ), $this->numbers( $this->read( array( 1, 4, 9 ), array( 4, 9 ), 0 ) ) );
	}

	public function test_a_feed_whose_beginning_was_pruned_is_read_from_what_is_left(): void {
		$this->assertSame( array( 500, 501 ), $this->numbers( $this->read( array( 500, 501 ), array( 500 ), 0 ) ) );
		$this->assertSame( array( 500, 501 ), $this->numbers( $this->read( array( 500, 501 ), array( 500 ), 499 ) ) );
	}

	public function test_pages_end_and_go_on(): void {
		$answer = $this->read( array( 1, 2, 3 ), array(), 0, 2 );
		$this->assertSame( array( array( 1, 2 ), 2, true ), array( $this->numbers( $answer ), $answer['next'], $answer['more'] ) );
		$this->assertSame( array( 3 ), $this->numbers( $this->read( array( 1, 2, 3 ), array(), 2, 2 ) ) );
	}

	/** @dataProvider lost */
	public function test_what_is_not_there_any_more_is_lost( array $numbers, int $after ): void {
		$this->expectException( Problem::class );
		$this->read( $numbers, array(), $after );
	}

	public function lost(): array {
		return array( 'pruned' => array( array( 500 ), 300 ), 'from the future' => array( array( 1, 2 ), 3 ), 'emptied' => array( array(), 5 ) );
	}
}
