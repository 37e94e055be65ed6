//go:build e2e

package e2e

import (
	"context"
	"encoding/pem"
	"os"
	"path/filepath"
	"strconv"
)

// A dendrite is a running Dendrite.
type dendrite struct {
	*process
	settings homeserverSettings
	program  string
	roots    string
}

func newDendrite(dir, installed string, a *authority, is *front) (*dendrite, error) {
	d := &dendrite{program: filepath.Join(installed, "dendrite"), roots: a.rootFile}
	settings, err := newHomeserverSettings(dir, a, is)
	if err != nil {
		return nil, err
	}
	d.settings = settings
	key := pem.EncodeToMemory(&pem.Block{
		Type: "MATRIX PRIVATE KEY", Headers: map[string]string{"Key-ID": "ed25519:test"}, Bytes: randomBytes(32),
	})
	return d, os.WriteFile(filepath.Join(dir, "signing.pem"), key, 0o600)
}

func (d *dendrite) url() string        { return loopback(d.settings.ClientPort) }
func (d *dendrite) serverName() string { return serverName(d.settings.FederationPort) }
func (d *dendrite) secret() string     { return d.settings.SharedSecret }

func (d *dendrite) resume(ctx context.Context) error { return d.start(ctx) }

// start starts Dendrite and waits until it responds.
func (d *dendrite) start(ctx context.Context) error {
	configuration := filepath.Join(d.settings.Dir, "dendrite.yaml")
	if err := fill("dendrite.yaml", configuration, d.settings); err != nil {
		return err
	}
	p, err := start("dendrite", d.settings.Dir, []string{"SSL_CERT_FILE=" + d.roots},
		d.program, "-config", configuration,
		"-http-bind-address", "127.0.0.1:"+strconv.Itoa(d.settings.ClientPort),
		"-https-bind-address", "127.0.0.1:"+strconv.Itoa(d.settings.FederationPort),
		"-tls-cert", d.settings.Certificate, "-tls-key", d.settings.Key)
	if err != nil {
		return err
	}
	d.process = p
	return p.ready(ctx, answers(d.url()+"/_matrix/client/versions"))
}
