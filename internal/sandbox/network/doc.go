// Package network carries requests between clients and servers in memory, and gives the servers their clock, their lock
// and their random numbers.
package network
