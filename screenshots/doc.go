// Package screenshots holds the pictures of the program that its pages show, and
// the test that draws them and proves that they are of today's program.
//
//	go test ./screenshots            compare them with the program
//	go test ./screenshots -update    draw them anew
package screenshots
