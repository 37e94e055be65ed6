// Package threepid compares and hashes third-party identifiers as Matrix servers do:
// https://spec.matrix.org/latest/appendices/#3pid-types.
package threepid
