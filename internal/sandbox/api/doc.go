// Package api routes HTTP calls to the handlers of a server, and has the replies, errors and rate limits of Synapse and
// Sydent.
package api
