<?php
/**
 * One short transaction that knows when WordPress has lost its connection.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

// phpcs:disable WordPress.DB.DirectDatabaseQuery, WordPress.DB.PreparedSQL -- statements are put together here, values prepared by their callers.

/**
 * Writes with a guard: WordPress reconnects without a word and would run the rest outside of the transaction.
 */
final class Transaction {

	private const TRIES = 8;

	/**
	 * The number of the connection it runs on.
	 *
	 * @var int
	 */
	private $connection;

	/**
	 * Make one.
	 *
	 * @param int $connection The number of the connection it will run on, or not at all.
	 */
	private function __construct( int $connection ) {
		$this->connection = $connection;
	}

	/**
	 * Run work in a transaction with the row of its request; 0 for an answer that was given before.
	 *
	 * @param string   $key  The key of the request.
	 * @param string   $hash What it asks.
	 * @param callable $plan Reads what the work needs, outside of the transaction.
	 * @param callable $work Gets the transaction and the plan, gives the answer.
	 * @throws Problem When the database is busy or lost, or has no transactions.
	 */
	public static function run( string $key, string $hash, callable $plan, callable $work ): array {
		global $wpdb;
		// Where a drop-in spreads reads over copies of the database, all that follows goes to the one that is written.
		if ( is_callable( array( $wpdb, 'send_reads_to_masters' ) ) ) {
			$wpdb->send_reads_to_masters();
		}
		$planned = null;
		for ( $try = 1; $try <= self::TRIES; $try++ ) {
			$row = Idempotency::row( $key );
			if ( null === $row ) {
				throw self::busy();
			}
			if ( 'InnoDB' !== $row->engine ) {
				throw new Problem( 501, 'no_transactions', 'The tables of products are not InnoDB: nothing can be written in one piece.' );
			}
			$earlier = Idempotency::earlier( $row, $key, $hash );
			if ( null !== $earlier ) {
				return $earlier;
			}
			$planned = $planned ?? $plan();
			$answer  = ( new self( (int) $row->connection ) )->once(
				$key,
				$hash,
				static function ( Transaction $transaction ) use ( $planned, $work ): array {
					return $work( $transaction, $planned );
				}
			);
			if ( null !== $answer ) {
				return array( 0, $answer );
			}
			usleep( wp_rand( 5000, 60000 ) * $try );
		}
		throw self::busy();
	}

	/**
	 * Try once; null for a deadlock, a wait that took too long, or another request with the same key.
	 *
	 * @param string   $key  The key.
	 * @param string   $hash What it asks.
	 * @param callable $work The work.
	 * @throws Problem When the connection is lost.
	 */
	private function once( string $key, string $hash, callable $work ): ?array {
		global $wpdb;
		$loud = $wpdb->suppress_errors( true );
		try {
			$this->begin();
			$this->first( $key, $hash );
			$answer = $work( $this );
			$stored = $wpdb->prepare( 'UPDATE ' . Tables::requests() . ' SET state = 1, answer = %s WHERE k = %s', wp_json_encode( $answer ), $key );
			$this->last( $stored );
			self::at( 'before_commit' );
			$wpdb->query( 'COMMIT' );
			self::at( 'after_commit' );
			if ( ! Idempotency::is_written( $key ) ) {
				throw self::busy();
			}
			return $answer;
		} catch ( Deadlock $deadlock ) {
			$wpdb->query( 'ROLLBACK' );
			return null;
		} catch ( Problem $problem ) {
			$wpdb->query( 'ROLLBACK' );
			throw $problem;
		} finally {
			$wpdb->suppress_errors( $loud );
		}
	}

	/**
	 * Begin; on another connection than the one it is for, no guarded write will change anything.
	 */
	private function begin(): void {
		global $wpdb;
		$wpdb->query( 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED' );
		$wpdb->query( 'START TRANSACTION' );
		self::at( 'begun' );
	}

	/**
	 * Insert the row of the request, first of all: a second request with its key waits for it.
	 *
	 * @param string $key  The key.
	 * @param string $hash What it asks.
	 */
	private function first( string $key, string $hash ): void {
		global $wpdb;
		$into = 'INSERT INTO ' . Tables::requests() . ' (k, body_hash, state, answer, at)';
		$this->one( $wpdb->prepare( "{$into} SELECT %s, %s, 0, '', UTC_TIMESTAMP() FROM DUAL WHERE CONNECTION_ID() = %d", $key, $hash, $this->connection ) );
	}

	/**
	 * Insert rows that do no harm where the connection was lost before; a guarded write must follow.
	 *
	 * @param string $statement An INSERT.
	 */
	public function insert( string $statement ): void {
		$this->one( $statement );
	}

	/**
	 * Change rows; the statement ends in its condition, to which the guard is added.
	 *
	 * Rows that hold the value already count as none, so that only the last write tells a lost connection.
	 *
	 * @param string $statement An UPDATE with a condition.
	 */
	public function write( string $statement ): void {
		$this->asked( $this->guarded( $statement ) );
	}

	/**
	 * Write what surely changes a row; a connection that was lost anywhere before is told here.
	 *
	 * @param string $statement An UPDATE with a condition.
	 */
	private function last( string $statement ): void {
		$this->one( $this->guarded( $statement ) );
	}

	/**
	 * Add the guard: on another connection the statement changes nothing.
	 *
	 * @param string $statement A statement with a condition.
	 */
	private function guarded( string $statement ): string {
		return "{$statement} AND CONNECTION_ID() = {$this->connection}";
	}

	/**
	 * Write what gives each row its own value; a database finds its place in a list faster than among cases.
	 *
	 * @param string $column What tells rows apart, by whole numbers.
	 * @param array  $values Values as SQL, by number.
	 */
	public static function chosen( string $column, array $values ): string {
		return 'ELT(FIELD(' . $column . ',' . implode( ',', array_keys( $values ) ) . '),' . implode( ',', $values ) . ')';
	}

	/**
	 * Read rows for a change.
	 *
	 * @param string $statement A SELECT.
	 */
	public function rows( string $statement ): array {
		global $wpdb;
		self::at( 'before_lock' );
		$this->asked( $statement );
		$rows = $wpdb->last_result;
		self::at( 'locked' );
		return $rows;
	}

	/**
	 * Run a statement that must change something.
	 *
	 * @param string $statement A statement with a guard.
	 * @throws Problem When it did not.
	 */
	private function one( string $statement ): void {
		if ( 0 === $this->asked( $statement ) ) {
			throw self::busy();
		}
	}

	/**
	 * Run a statement and sort what went wrong; gives the rows it touched.
	 *
	 * @param string $statement The statement.
	 * @throws Deadlock When it may be tried again at once.
	 * @throws Problem  When it may be tried again later.
	 */
	private function asked( string $statement ): int {
		global $wpdb;
		$done = $wpdb->query( $statement );
		if ( false !== $done ) {
			return (int) $done;
		}
		$number = $wpdb->dbh instanceof \mysqli ? mysqli_errno( $wpdb->dbh ) : 2006; // phpcs:ignore WordPress.DB.RestrictedFunctions -- WordPress does not tell the number.
		if ( in_array( $number, array( 1205, 1213, 1062 ), true ) ) {
			throw new Deadlock( $wpdb->last_error );
		}
		throw self::busy();
	}

	/**
	 * Tell a listener where the transaction is; tests kill it there.
	 *
	 * @param string $place The place.
	 */
	private static function at( string $place ): void {
		do_action( 'shopweave_transaction', $place );
	}

	/**
	 * Make the error of a database that is busy or was lost; nothing was written.
	 */
	private static function busy(): Problem {
		return new Problem( 503, 'busy', 'The database is busy; ask again with the same key.', array( 'retry_after' => 1 ) );
	}
}
