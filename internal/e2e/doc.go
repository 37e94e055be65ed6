// Package e2e tests this program and its sandbox against real servers: each scenario is written once and runs on every
// side.
//
//	go test ./internal/e2e               the sandbox, in this process
//	go test -tags e2e ./internal/e2e     also Synapse with Sydent, and Dendrite with Sydent
//
// The second needs the servers that install.sh installs into the folder in MXINVITE_E2E. If a server
// responds differently, differences_test.go has its response and the reason; nothing else is skipped. Scenarios with two
// homeservers need the real servers.
//
// A scenario gets a world with URLs, accounts and mails. Most scenarios send HTTP requests, to test the servers and not the
// client; those that test the client use the world's Transport.
package e2e
