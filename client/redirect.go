package client

// PastedRedirectURI is where a browser is sent back to if nobody listens for it:
// the person copies the address that it ends at. It is a loopback address because
// servers take these from programs that cannot keep a secret (RFC 8252, section
// 7.3), and so nothing leaves the machine on which the browser is.
const PastedRedirectURI = "http://127.0.0.1:4711/callback"
