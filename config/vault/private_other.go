//go:build !unix

package vault

import "os"

// keepPrivate does nothing: on these systems, files inherit the permissions of
// the user's own directory.
func keepPrivate(*os.File) (mended bool, err error) { return false, nil }
