package e2e

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"testing"
)

// A world is a homeserver and an identity server to test against, with their users. A
// scenario uses nothing else, so it does not depend on the side. Scenarios run one
// after the other. A scenario that changes something for all users (terms, a limit, an
// identity server that is down) restores it with t.Cleanup.
type world interface {
	// Name returns the name of this side in differences_test.go.
	Name() string
	// Homeserver returns the base URL that a user would type.
	Homeserver() string
	// ServerName returns the server name in user IDs.
	ServerName() string
	// IdentityServer returns a base URL. Without its scheme it is an id_server.
	IdentityServer() string
	// Transport returns a transport that reaches both servers and trusts their
	// certificates. It follows no redirects and repeats no requests.
	Transport() http.RoundTripper
	// User creates a user with a localpart that is not in use.
	User(tb testing.TB, localpart string) (userID, password string)
	// BrowserSignIn opens the URL of single sign-on in a browser and signs the user in.
	// It returns the URL to which the browser is redirected at the end.
	BrowserSignIn(tb testing.TB, userID, address string) (final string)
	// Mails waits until an address has at least this number of mails, and returns all
	// of them, the oldest first.
	Mails(tb testing.TB, address string, atLeast int) []mail
	// Bind confirms an address at the identity server and binds it to a user. Then the
	// identity server notifies the homeserver, which accepts or refuses the pending
	// invites. Bind waits for that.
	Bind(tb testing.TB, address, userID, accessToken string)
	// BindsItself is called before an invitee binds an address without Bind.
	BindsItself(tb testing.TB)
	// SetTerms makes the identity server require terms, or no terms.
	SetTerms(tb testing.TB, on bool)
	// SetIdentityServerDown makes the identity server refuse connections, or accept
	// them again.
	SetIdentityServerDown(tb testing.TB, down bool)
	// LimitInvites limits the invites by e-mail of each user to burst at once, and
	// perSecond after that, until the test ends.
	LimitInvites(tb testing.TB, perSecond float64, burst int)
	// LimitMails limits the mails of each user at the identity server to burst at once,
	// and perSecond after that, until the test ends. A burst of 0 removes the limit.
	LimitMails(tb testing.TB, perSecond float64, burst int)
	// SetHomeserverDown kills the homeserver, or starts it again.
	SetHomeserverDown(tb testing.TB, down bool)
	// Settle waits until /sync and /messages show everything that the servers have
	// responded to.
	Settle(tb testing.TB)
	// Watch shows the log lines of the servers during a test if the test fails.
	Watch(tb testing.TB)
}

// A mail is a mail to a user. All fields but the first three may be empty.
type mail struct {
	To, Subject, Text string
	Link              string // the first link in the text
	SignURL, RoomID   string // of a mail with an invite
	Token, PrivateKey string
}

// A side is a kind of world. Enter returns the world in which to run a scenario.
type side struct {
	name  string
	enter func(tb testing.TB) world
}

// sides are all sides of this run.
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

// everywhere runs a scenario on all sides.
func everywhere(t *testing.T, scenario func(t *testing.T, w world)) {
	t.Helper()
	for _, s := range sides {
		t.Run(s.name, func(t *testing.T) {
			if e, ok := findException(s.name, testOf(t.Name()), ""); ok {
				t.Skip(e.why)
			}
			w := s.enter(t)
			w.Watch(t)
			scenario(t, w)
		})
	}
}
