// Package screenshots has the pictures for the README, and the test that draws
// them and compares them with the current program.
//
//	go test ./screenshots            compare the pictures
//	go test ./screenshots -update    draw them again
package screenshots
