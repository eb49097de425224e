<?php
/**
 * A transaction that may be tried again at once.
 *
 * @package Shopweave
 */

namespace Shopweave;

defined( 'ABSPATH' ) || exit;

/**
 * Two transactions stood in each other's way.
 */
final class Deadlock extends \Exception {
}
