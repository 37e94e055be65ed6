package signin

import (
	"bytes"
	"strings"
	"testing"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/config/vault"
	"github.com/mxinvite/mxinvite/internal/serve"
)

func TestVisitorsAreWarnedAboutAnUnencryptedVault(t *testing.T) {
	for _, tt := range []struct {
		guest *serve.Session
		kind  vault.Kind
		warns bool
	}{
		{new(serve.Session), vault.KindPlain, true},
		{new(serve.Session), vault.KindSealed, false},
		{nil, vault.KindPlain, false},
	} {
		var said bytes.Buffer
		warnVisitor(host.NewProgram(host.World{Streams: out.Streams{Err: &said}, Machine: host.Machine{Guest: tt.guest}}), tt.kind)
		if warns := strings.Contains(said.String(), "administrator of this server"); warns != tt.warns {
			t.Errorf("visitor %v, vault %s: said %q", tt.guest != nil, tt.kind, said.String())
		}
	}
}
