package main

import (
	"crypto/x509"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// TestMachinesWithoutCertificatesTrustWebServers runs itself again without the
// certificates of the system, since a process reads them once.
func TestMachinesWithoutCertificatesTrustWebServers(t *testing.T) {
	const inner = "TEST_WITHOUT_CERTIFICATES"
	if os.Getenv(inner) == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), inner+"=1", "SSL_CERT_FILE="+os.DevNull, "SSL_CERT_DIR="+t.TempDir())
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return
	}
	trustWebRoots()
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue // its certificates are trusted up to a date only
		}
		c, err := x509.ParseCertificate(root.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Verify(x509.VerifyOptions{CurrentTime: c.NotBefore.AddDate(0, 0, 1)}); err != nil {
			t.Fatal(err)
		}
	}
}
