package e2e

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"testing"
)

// world is one side to test against: a homeserver, an identity server, and the people on them. A scenario sees nothing
// else, so it cannot know which side it runs on. Scenarios run one after the other: what one changes for all users (terms,
// an identity server that is down, a limit) it changes back with t.Cleanup.
type world interface {
	// Name is what differences_test.go calls this side.
	Name() string
	// Homeserver is the base URL a person would type.
	Homeserver() string
	// ServerName is what user IDs end with.
	ServerName() string
	// IdentityServer is a base URL; without its scheme it is an id_server.
	IdentityServer() string
	// Transport reaches both servers and trusts their certificates. It follows no redirects and retries nothing.
	Transport() http.RoundTripper
	// User makes a user with a localpart that is not in use.
	User(tb testing.TB, localpart string) (userID, password string)
	// Vouch is a person at a browser who follows the address of single sign-on and proves who they are. It returns the
	// address they are sent to in the end.
	Vouch(tb testing.TB, userID, address string) (final string)
	// Mails waits until so many mails have reached an address, and returns all that did, oldest first.
	Mails(tb testing.TB, address string, atLeast int) []mail
	// Bind confirms an address at the identity server and binds it to a user, as a person does. The identity server then
	// tells the homeserver, which turns pending invites into ordinary ones or refuses to; Bind waits for that.
	Bind(tb testing.TB, address, userID, accessToken string)
	// BindsItself is called before an invitee binds an address without Bind.
	BindsItself(tb testing.TB)
	// SetTerms makes the identity server require terms, or no terms.
	SetTerms(tb testing.TB, on bool)
	// SetIdentityServerDown has the identity server refuse connections, or not any more.
	SetIdentityServerDown(tb testing.TB, down bool)
	// LimitInvites lets a person send burst invites by e-mail at once and perSecond from then on, until the test ends.
	LimitInvites(tb testing.TB, perSecond float64, burst int)
	// LimitMails has the identity server mail burst times at once for a person and perSecond from then on, until the test
	// ends. A burst of 0 lifts the limit.
	LimitMails(tb testing.TB, perSecond float64, burst int)
	// SetHomeserverDown ends the homeserver, in the middle of whatever it does, or starts it again.
	SetHomeserverDown(tb testing.TB, down bool)
	// Settle returns when what was answered before has reached what people read in /sync and /messages.
	Settle(tb testing.TB)
	// Watch shows what the servers logged during a test, should it fail.
	Watch(tb testing.TB)
}

// mail is what a person finds in their inbox. All but the first three are empty unless the mail has them.
type mail struct {
	To, Subject, Text string
	Link              string // the first link of the text
	SignURL, RoomID   string // of an invite
	Token, PrivateKey string
}

// side is a kind of world. Enter returns one to run a scenario in.
type side struct {
	name  string
	enter func(tb testing.TB) world
}

// sides are all there are in this run.
var sides []side

func TestMain(m *testing.M) {
	flag.Parse()
	started, stop, err := startSides()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
	sides = append([]side{{"sandbox", enterSandbox}}, started...)
	code := m.Run()
	stop()
	everything := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == ""
	if everything && code == 0 && len(stale()) > 0 {
		fmt.Fprintln(os.Stderr, "differences_test.go names facts that no test checks:", stale())
		code = 1
	}
	os.Exit(code)
}

// everywhere runs a scenario on every side.
func everywhere(t *testing.T, scenario func(t *testing.T, w world)) {
	t.Helper()
	for _, s := range sides {
		t.Run(s.name, func(t *testing.T) {
			if e, ok := meet(s.name, testOf(t.Name()), ""); ok {
				t.Skip(e.why)
			}
			w := s.enter(t)
			w.Watch(t)
			scenario(t, w)
		})
	}
}
