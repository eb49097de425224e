<?php
/** Names what PHP before 8.0 does not understand in the files that are given, one finding a line. */

const TOKENS    = array( 'T_MATCH', 'T_NULLSAFE_OBJECT_OPERATOR', 'T_ATTRIBUTE', 'T_ENUM', 'T_READONLY' );
const FUNCTIONS = array( 'array_is_list', 'array_find', 'array_any', 'array_all', 'get_debug_type', 'fdiv', 'json_validate', 'mb_trim', 'preg_last_error_msg', 'str_contains', 'str_ends_with', 'str_starts_with' );

/** Says whether a token is of a kind; marks such as ( have no kind. */
function is( $token, int ...$kinds ): bool {
	return is_array( $token ) && in_array( $token[0], $kinds, true );
}

/** Says whether a closing parenthesis ends the parameters of a function. */
function ends_parameters( array $tokens, int $at ): bool {
	for ( $depth = 0; $at >= 0; $at-- ) {
		$depth += ')' === $tokens[ $at ] ? 1 : ( '(' === $tokens[ $at ] ? -1 : 0 );
		if ( 0 === $depth ) {
			return is( $tokens[ $at - 1 ] ?? '', T_FUNCTION, T_FN ) || is( $tokens[ $at - 2 ] ?? '', T_FUNCTION );
		}
	}
	return false;
}

/** Names what is new at a place, empty for what is not. */
function found( array $tokens, int $at ): string {
	$token  = $tokens[ $at ];
	$before = $tokens[ $at - 1 ] ?? '';
	$next   = $tokens[ $at + 1 ] ?? '';
	if ( ',' === $token && ')' === $next && ends_parameters( $tokens, $at + 1 ) ) {
		return 'a comma behind the last parameter';
	}
	if ( ':' === $token && ')' === $before && is_array( $next ) && in_array( $next[1], array( 'static', 'mixed', 'never' ), true ) ) {
		return "returns {$next[1]}";
	}
	if ( ! is_array( $token ) ) {
		return '';
	}
	$name = token_name( $token[0] );
	if ( in_array( $name, TOKENS, true ) ) {
		return $name;
	}
	if ( is( $token, T_STRING ) && ':' === $next && in_array( $before, array( '(', ',' ), true ) ) {
		return 'a named argument';
	}
	if ( is( $token, T_STRING ) && '(' === $next && in_array( $token[1], FUNCTIONS, true ) ) {
		return $token[1];
	}
	if ( is( $token, T_THROW ) && ! in_array( $before, array( ';', '{', '}', ':', ')' ), true ) ) {
		return 'throws within an expression';
	}
	if ( is( $token, T_PUBLIC, T_PROTECTED, T_PRIVATE ) && in_array( $before, array( '(', ',' ), true ) ) {
		return 'a parameter that is a property';
	}
	if ( is( $token, T_CATCH ) ) {
		for ( $end = $at; ')' !== $tokens[ $end ]; ) {
			++$end;
		}
		return is( $tokens[ $end - 1 ], T_VARIABLE ) ? '' : 'catches without a variable';
	}
	return '';
}

foreach ( array_slice( $argv, 1 ) as $file ) {
	$blanks = array( T_WHITESPACE, T_COMMENT, T_DOC_COMMENT );
	$tokens = array_values( array_filter( token_get_all( file_get_contents( $file ) ), static fn( $token ) => ! is( $token, ...$blanks ) ) );
	$line   = 1;
	foreach ( $tokens as $at => $token ) {
		$line = is_array( $token ) ? $token[2] : $line;
		$what = found( $tokens, $at );
		if ( '' !== $what ) {
			echo "{$file}:{$line} {$what}\n";
		}
	}
}
