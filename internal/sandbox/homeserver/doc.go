// Package homeserver is a Matrix homeserver that answers as Synapse 1.163.2 does.
package homeserver
