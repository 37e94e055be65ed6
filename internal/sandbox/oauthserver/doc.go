// Package oauthserver is the OAuth 2.0 server of a homeserver, which answers as a Matrix Authentication Service does.
package oauthserver
