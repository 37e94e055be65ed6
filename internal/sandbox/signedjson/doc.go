// Package signedjson reads, writes and signs JSON values as Matrix servers do:
// https://spec.matrix.org/latest/appendices/#signing-json.
package signedjson
