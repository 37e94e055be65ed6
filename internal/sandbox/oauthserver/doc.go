// Package oauthserver is the OAuth 2.0 server of a homeserver. It answers like a Matrix Authentication Service.
package oauthserver
