//go:build e2e

package e2e

import (
	"crypto/rand"
	"embed"
	"encoding/hex"
	"net"
	"os"
	"strconv"
	"text/template"
)

// configurations are the templates of the servers' configuration files, and of Sydent's
// mails.
//
//go:embed config
var configurations embed.FS

// fill writes a configuration file from the template with that name.
func fill(name, path string, settings any) error {
	blank, err := template.ParseFS(configurations, "config/"+name)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	return blank.Execute(file, settings)
}

func newHomeserverSettings(dir string, a *authority, is *front) (homeserverSettings, error) {
	s := homeserverSettings{
		Dir: dir, Certificate: a.certificateFile, Key: a.keyFile, IdentityServer: is.url(), IdentityServerName: is.name(),
		SharedSecret: hex.EncodeToString(randomBytes(16)),
	}
	var err error
	if s.ClientPort, err = freePort(); err != nil {
		return s, err
	}
	s.FederationPort, err = freePort()
	return s, err
}

// freePort returns a port of this machine that is not in use.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func loopback(port int) string   { return "http://127.0.0.1:" + strconv.Itoa(port) }
func serverName(port int) string { return "localhost:" + strconv.Itoa(port) }

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
