// Package threepid is third-party identifiers as Matrix servers compare and hash them:
// https://spec.matrix.org/latest/appendices/#3pid-types.
package threepid
