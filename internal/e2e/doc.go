// Package e2e holds the scenarios that prove this program on real servers, and prove our own sandbox honest: each
// scenario is written once and runs on every side there is.
//
//	go test ./internal/e2e               the sandbox, in this process
//	go test -tags e2e ./internal/e2e     also Synapse with Sydent, and Dendrite with Sydent
//
// The second needs the servers that install.sh puts below a folder, named by MXINVITE_E2E. Where a side cannot answer
// as the others do, differences_test.go says so and why; nothing is skipped otherwise.
//
// A scenario takes a world and knows no more of it than a person does: URLs, accounts, mails. Most ask in plain HTTP, so
// that they judge the servers and not our client; those that judge the client give it the world's Transport.
package e2e
