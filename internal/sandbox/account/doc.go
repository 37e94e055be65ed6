// Package account keeps the users of a homeserver, their sessions and their tokens, which the homeserver shares with its
// OAuth server.
package account
