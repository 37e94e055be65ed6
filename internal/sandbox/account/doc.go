// Package account stores the users, sessions and tokens that a homeserver shares with its OAuth server.
package account
