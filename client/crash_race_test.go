//go:build race

package client_test

// crashes is smaller with the race detector, with which a program starts slowly. make kill
// runs the tests without it.
const crashes = 20
