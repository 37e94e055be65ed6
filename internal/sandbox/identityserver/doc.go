// Package identityserver is a Matrix identity server that answers as a freshly started Sydent 2.6.1 does.
package identityserver
