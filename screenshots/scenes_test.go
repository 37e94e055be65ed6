package screenshots

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/termtest"
)

// A scene is a picture of the program in a terminal. Ada is signed in to the
// demo's homeserver, and the scene says which keys she presses.
type scene struct {
	name          string
	width, height int
	terminal      termtest.Kind
	options       []tea.ProgramOption
	window        string // title of the window; by default that of the program
	stranger      bool   // start without an account
	play          func(*stage)
}

// scenes are the still pictures.
func scenes() []scene {
	return []scene{
		{name: "home", width: 120, height: 32, play: overwritten},
		{name: "home-light", width: 120, height: 32, terminal: termtest.Kind{Light: true}, play: overwritten},
		{name: "details", width: 100, height: 36, play: func(s *stage) {
			s.goTo("ala...@ble...")
			s.Press("enter")
			s.until("its acceptance is valid")
		}},
		{name: "compose", width: 100, height: 20, play: func(s *stage) {
			s.goTo("#compilers")
			s.Press("i")
			s.Paste(guests)
			s.Press("enter")
			s.until("enter send")
			s.Press("down", "space", "up", "space")
		}},
		{name: "compose-link", width: 100, height: 16, play: func(s *stage) {
			s.goTo("#compilers")
			s.Press("i")
			s.Paste("barbara@clu.example")
			s.Press("f3", "enter")
			s.until("You get a link")
			s.Wait(time.Second)
		}},
		{name: "link", width: 110, height: 43, play: func(s *stage) {
			s.goTo("#compilers")
			s.Press("i")
			s.Paste("barbara@clu.example")
			s.Press("f3", "enter")
			s.until("You get a link")
			s.Wait(time.Second)
			s.Press("enter")
			s.until("A link is a secret")
			s.Press("c")
		}},
		{name: "outbox", width: 110, height: 18, play: func(s *stage) {
			s.world.LimitInvites(sandbox.StockInvitesPerSecond, 3)
			s.goTo("#compilers")
			s.Press("i")
			s.Paste(guests)
			s.Press("enter")
			s.until("enter send")
			s.Wait(time.Second)
			s.Press("enter")
			s.Wait(2 * time.Minute)
			s.Press("o")
			s.until("The next invite is sent")
		}},
		{name: "device", width: 90, height: 24, stranger: true, play: func(s *stage) {
			s.world.SetWays(sandbox.Ways{OAuth: true})
			s.Send("@ada:example.org\r")
			s.Wait(2 * time.Second)
			s.Press("enter")
			s.until("esc")
			s.Wait(2 * time.Second)
		}},
		{name: "rooms", width: 100, height: 16, play: func(s *stage) {
			s.Press("r")
			s.until("MAY YOU INVITE")
		}},
		{name: "statistics", width: 110, height: 22, play: func(s *stage) {
			s.Press("%")
			s.until("MEDIAN")
		}},
		{name: "help", width: 100, height: 28, play: func(s *stage) {
			s.Press("?")
			s.until("Keys:")
		}},
		{name: "signin", width: 90, height: 16, stranger: true, play: func(s *stage) {
			s.Send("@ada:example.org")
		}},
		{
			name: "ssh", width: 80, height: 24, window: "ssh mxinvite.example.org",
			options: []tea.ProgramOption{tea.WithColorProfile(colorprofile.ANSI256)}, // the environment variables that SSH sets
			play: func(s *stage) {
				s.Press("/")
				s.Send("room:#compilers")
				s.goTo("pet...@aar...")
			},
		},
	}
}

// overwritten is an invite that looks pending in the room but cannot be
// accepted.
func overwritten(s *stage) { s.goTo("pet...@aar...") }

// guests is a typical list of addresses.
const guests = `Barbara Liskov <barbara@clu.example>
karen@uucp.example, radia@spanning.example
"Fernando Corbató" <corby@ctss.example>
barbara@clu.example
frances@fortran.example
adele at smalltalk
jean@eniac.example
`

// films are the animated pictures.
func films() []scene {
	return []scene{{name: "send", width: 100, height: 24, play: func(s *stage) {
		s.goTo("#compilers")
		s.show(1200 * time.Millisecond)
		s.Press("i")
		s.show(700 * time.Millisecond)
		s.typing("barbara@clu.example")
		s.show(500 * time.Millisecond)
		s.Press("enter")
		s.until("No Matrix ID is known")
		s.Wait(time.Second) // time to read the preview
		s.show(2500 * time.Millisecond)
		s.Press("enter")
		s.until("The mail is on its way")
		s.show(2 * time.Second)
		s.until("invited 3")
		s.show(1500 * time.Millisecond)
		s.until("joined 8")
		s.show(3 * time.Second)
	}}}
}
