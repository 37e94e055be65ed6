package screenshots

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/client/store"
	"github.com/mxinvite/mxinvite/internal/sandbox"
	"github.com/mxinvite/mxinvite/internal/shot"
	"github.com/mxinvite/mxinvite/internal/termtest"
	"github.com/mxinvite/mxinvite/ui"
	"github.com/mxinvite/mxinvite/ui/shell"
)

// thinking is the time until an invitee accepts an invite from Ada.
const thinking = 20 * time.Second

func TestMain(m *testing.M) {
	time.Local = time.UTC // the pictures contain times
	os.Exit(m.Run())
}

func TestPictures(t *testing.T) {
	cryptotest.SetGlobalRandom(t, 1) // links are random
	for _, sc := range scenes() {
		synctest.Test(t, func(t *testing.T) {
			s := enter(t, sc)
			sc.play(s)
			comparePNG(t, sc.name+".png", s.draw())
		})
	}
}

func TestFilms(t *testing.T) {
	for _, sc := range films() {
		synctest.Test(t, func(t *testing.T) {
			s := enter(t, sc)
			sc.play(s)
			compareGIF(t, sc.name+".gif", s.film.GIF())
		})
	}
}

// Every picture file has a scene.
func TestEveryPictureHasAScene(t *testing.T) {
	var want []string
	for _, sc := range scenes() {
		want = append(want, sc.name+".png")
	}
	for _, sc := range films() {
		want = append(want, sc.name+".gif")
	}
	slices.Sort(want)
	got, err := fs.Glob(os.DirFS("."), "*.[pg][ni][gf]")
	// Those of the links server's page are drawn by a browser, in internal/e2e.
	got = slices.DeleteFunc(got, func(name string) bool { return strings.HasPrefix(name, "link-") })
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("there are %q, not %q, %v", got, want, err)
	}
}

// A stage is a running scene.
type stage struct {
	*termtest.Terminal
	t     *testing.T
	world *sandbox.World // the servers of the demo
	scene scene
	film  shot.Film
}

// enter starts the program on the demo's homeserver. Ada has agreed to the
// terms of the identity server.
func enter(t *testing.T, sc scene) *stage {
	t.Helper()
	time.Sleep(time.Until(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))) // a bubble begins in the year 2000
	world := sandbox.Demo(sandbox.Options{Now: time.Now})
	world.SetTerms(nil)
	go world.Simulate(t.Context(), thinking)
	kept, err := store.OpenMemory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.Close() })
	opt := client.Options{Transport: world, KeyTransport: world, Now: time.Now, Store: kept, DeviceName: "mxinvite"}
	o := shell.Options{Client: opt, OfferDemo: true}
	o.Inspect = func(context.Context, string) (shell.Dump, error) { return shell.Dump{}, nil }
	if !sc.stranger {
		o.Account = signIn(t, opt, world.HomeserverURL())
	}
	term := sc.terminal.Run(t, sc.width, sc.height, func(ctx context.Context) tea.Model { return ui.New(ctx, o) }, sc.options...)
	s := &stage{Terminal: term, t: t, world: world, scene: sc}
	if !sc.stranger {
		s.until("● live")
		s.Wait(time.Second) // wait until the keys are checked
	}
	return s
}

// signIn signs in Ada.
func signIn(t *testing.T, opt client.Options, homeserver string) *client.Account {
	t.Helper()
	hs, err := discovery.Find(t.Context(), opt.Transport, homeserver)
	if err != nil {
		t.Fatal(err)
	}
	account, err := login.WithPassword(t.Context(), opt, hs, sandbox.DemoUser, sandbox.DemoPassword)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// Title returns the title of the scene's window.
func (s *stage) Title() string {
	if s.scene.window != "" {
		return s.scene.window
	}
	return s.Terminal.Title()
}

// until advances fake time until a text is on the screen.
func (s *stage) until(text string) {
	s.t.Helper()
	for range 60 {
		if strings.Contains(s.Screen(), text) {
			return
		}
		s.Wait(time.Second)
	}
	s.t.Fatalf("%s: nothing says %q:\n%s", s.scene.name, text, s.Screen())
}

// goTo moves the cursor of the list to the line with a text.
func (s *stage) goTo(text string) {
	s.t.Helper()
	for range 60 {
		for line := range strings.SplitSeq(s.Screen(), "\n") {
			if strings.HasPrefix(line, " ▌") && strings.Contains(line, text) {
				return
			}
		}
		s.Press("down")
	}
	s.t.Fatalf("%s: no line says %q:\n%s", s.scene.name, text, s.Screen())
}

// typing types text at human speed, for a film.
func (s *stage) typing(text string) {
	s.t.Helper()
	for _, r := range text {
		s.Press(string(r))
		s.show(80 * time.Millisecond)
	}
}

// show adds the screen to the film with a duration.
func (s *stage) show(d time.Duration) {
	s.t.Helper()
	s.film.Add(s.draw(), d)
}

func (s *stage) draw() *image.Paletted {
	s.t.Helper()
	theme := shot.Dark()
	if s.scene.terminal.Light {
		theme = shot.Light()
	}
	m, err := shot.Draw(s, theme)
	if err != nil {
		s.t.Fatalf("%s: %v", s.scene.name, err)
	}
	return m
}

// comparePNG compares the pixels of a picture with the file. The compression
// may differ between Go versions.
func comparePNG(t *testing.T, file string, got *image.Paletted) {
	t.Helper()
	problem := func() error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		want, err := png.Decode(f)
		if err != nil {
			return err
		}
		return differ(want, got)
	}()
	if problem != nil {
		renew(t, file, problem, func(w io.Writer) error { return shot.WritePNG(w, got) })
	}
}

// compareGIF compares the pictures of a film with the file.
func compareGIF(t *testing.T, file string, got *gif.GIF) {
	t.Helper()
	problem := func() error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		want, err := gif.DecodeAll(f)
		if err != nil {
			return err
		}
		if !slices.Equal(want.Delay, got.Delay) {
			return fmt.Errorf("it shows %d pictures for %v hundredths of a second, not %d for %v", len(got.Image), got.Delay, len(want.Image), want.Delay)
		}
		for i := range got.Image {
			if err := differ(want.Image[i], got.Image[i]); err != nil {
				return fmt.Errorf("in its picture %d, %w", i+1, err)
			}
		}
		return nil
	}()
	if problem != nil {
		renew(t, file, problem, func(w io.Writer) error { return gif.EncodeAll(w, got) })
	}
}

// differ describes the difference between two pictures.
func differ(want image.Image, got *image.Paletted) error {
	if want.Bounds() != got.Bounds() {
		return fmt.Errorf("it is %v, not %v", got.Bounds(), want.Bounds())
	}
	paletted, ok := want.(*image.Paletted)
	if !ok {
		return errors.New("the file has no palette")
	}
	if changed := shot.Changes(paletted, got); !changed.Empty() {
		return fmt.Errorf("it looks other at %v", changed)
	}
	return nil
}

// renew reports a picture that differs from the program, or writes it with
// -update.
func renew(t *testing.T, file string, problem error, write func(io.Writer) error) {
	t.Helper()
	if !termtest.Update() {
		t.Errorf("screenshots/%s does not show today's program: %v; draw it anew with make golden, and look at it", file, problem)
		return
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
