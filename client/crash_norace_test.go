//go:build !race

package client_test

// crashes is how often a program is killed.
const crashes = 200
