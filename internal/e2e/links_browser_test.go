//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mxinvite/mxinvite/client"
)

var pictures = flag.Bool("pictures", false, "draw the pictures of the links server's page in screenshots")

// runNode runs a script with the packages that install.sh has installed, and decodes what
// it prints. The input is in an environment variable.
func runNode(t *testing.T, script, variable string, input, result any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("node", script))
	if err != nil {
		t.Fatal(err)
	}
	value, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "--input-type=module", "-")
	node.Dir = filepath.Join(os.Getenv("MXINVITE_E2E"), "node") // where the script finds its packages
	node.Env = append(os.Environ(), variable+"="+string(value))
	node.Stdin = bytes.NewReader(text)
	var said bytes.Buffer
	node.Stderr = &said
	out, err := node.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, said.Bytes())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n") // matrix-js-sdk also logs
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), result); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}

// Element Web joins with the signurl of the link. It works with the library as it is.
func TestMatrixJSSDKJoinsByALink(t *testing.T) {
	w := on(t, "synapse")
	for _, version := range []string{"10", "12"} {
		s := newLinksServer(t, w, object{"room_version": version})
		l := s.makeLink(client.LinkTerms{})
		join := func(p *person) (result struct {
			Room, Code, Message string
			Status              int
		},
		) {
			t.Helper()
			signURL := l.SignURL + "?token=" + l.Token + "&private_key=" + l.PrivateKey()
			runNode(t, "join.mjs", "JOIN", object{"homeserver": w.Homeserver(), "token": p.token, "user": p.ID, "room": s.room.RoomID, "via": []string{w.ServerName()}, "signURL": signURL}, &result)
			return result
		}
		grace, rob := newPerson(t, w, "grace"), newPerson(t, w, "rob")
		if got := join(grace); got.Room != s.room.RoomID {
			t.Fatalf("version %s: %+v", version, got)
		}
		s.checkJoined(l, grace)
		if got := join(rob); got.Status != http.StatusGone || s.room.member(rob.ID) != nil {
			t.Errorf("version %s: a second user: %+v", version, got)
		}
	}
}

// TestLinkIsAcceptedInABrowser also draws the pictures of the page for the
// documentation.
func TestLinkIsAcceptedInABrowser(t *testing.T) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	screenshots, err := filepath.Abs("../../screenshots")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, side, scheme string
		javaScript         bool
		width, height      int
		picture            string // the page to draw
	}{
		{"phone", "sandbox", "light", true, 390, 844, "invite"},
		{"phone-dark", "sandbox", "dark", true, 390, 844, "done"},
		{"desktop", "sandbox", "light", true, 1100, 800, "invite"},
		{"no-script", "sandbox", "light", false, 390, 844, ""},
		{"no-script", "synapse", "dark", false, 1100, 800, ""},
		{"script", "synapse", "light", true, 320, 640, ""},
	} {
		t.Run(c.name+" on "+c.side, func(t *testing.T) {
			w := on(t, c.side)
			person := newPerson
			if c.side == "sandbox" { // which has no other users
				person = signUp
			}
			s := newLinksServerOf(t, w, person(t, w, "ada"))
			l := s.makeLink(client.LinkTerms{Lasts: 14 * 24 * time.Hour})
			grace := person(t, w, "grace")
			input := object{
				"program": program, "link": l.Format(""), "user": grace.ID, "javaScript": c.javaScript, "scheme": c.scheme,
				"width": c.width, "height": c.height, "pictures": object{},
			}
			if *pictures && c.picture != "" {
				input["pictures"] = object{c.picture: filepath.Join(screenshots, "link-"+c.name+".png")}
			}
			var seen struct {
				Headings, Requests, Problems []string
				Text, Address                string
				Wide                         bool
			}
			runNode(t, "page.mjs", "PAGE", input, &seen)
			if last := seen.Headings[len(seen.Headings)-1]; last != "The invite is in your client now" || !strings.Contains(seen.Text, grace.ID) {
				t.Errorf("%q\n%s", seen.Headings, seen.Text)
			}
			if seen.Address != s.url+"/open" || seen.Wide || len(seen.Problems) > 0 {
				t.Errorf("%s, wide: %v, %q", seen.Address, seen.Wide, seen.Problems)
			}
			for _, r := range seen.Requests {
				// The browser shows the fragment of the first page, but does not send it.
				address, _, _ := strings.Cut(r, "#")
				if _, path, _ := strings.Cut(address, " "); !strings.HasPrefix(path, s.url+"/") || strings.Contains(path, l.PrivateKey()) {
					t.Errorf("the browser requested %s", r)
				}
			}
			s.room.awaitMembership(grace.ID, "invite")
			grace.must(http.MethodPost, s.room.path("/join"), object{})
			s.checkJoined(l, grace)
		})
	}
}
