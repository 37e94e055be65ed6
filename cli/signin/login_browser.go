package signin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
	"github.com/mxinvite/mxinvite/internal/panicgroup"
	"github.com/mxinvite/mxinvite/internal/qrtext"
	"github.com/mxinvite/mxinvite/wording"
)

// signingIn shows a status while work runs.
func (o loginOptions) signingIn(c *cobra.Command, hs discovery.Homeserver, work func() error) error {
	return o.During(c.Context(), "Signing in on "+hs.Name, func(context.Context) error { return work() })
}

// byDevice shows a device code and waits until the user has approved it on
// another device.
func (o loginOptions) byDevice(ctx context.Context, opt client.Options, hs discovery.Homeserver) (*client.Account, error) {
	s, err := login.StartDevice(ctx, opt, hs)
	if err != nil {
		return nil, err
	}
	o.Message("Open this address on any device:\n\n  %s\n\nand type this code:\n\n  %s\n", s.VerificationURI, s.UserCode)
	if o.ErrTTY && !o.Accessible {
		o.showQR(cmp.Or(s.VerificationURIComplete, s.VerificationURI))
	}
	o.Message("The code expires at %s. Waiting for your approval…", wording.Seconds(s.ExpiresAt, o.Location))
	talk, ok := o.Conversation.(interrupter)
	if !ok {
		return s.Wait(ctx)
	}
	var account *client.Account
	stopped, err := talk.UntilEnter(ctx, func(ctx context.Context) (err error) {
		account, err = s.Wait(ctx)
		return err
	})
	if stopped {
		return nil, fail.ErrDeclined
	}
	return account, err
}

// An interrupter cancels work when the user presses Enter. The accessible mode is
// one.
type interrupter interface {
	UntilEnter(ctx context.Context, work func(context.Context) error) (stopped bool, err error)
}

// showQR draws a URL as a QR code, if the terminal is wide enough.
func (o loginOptions) showQR(address string) {
	lines, err := qrtext.Draw(address, false)
	if err != nil || qrtext.Width(lines) > o.Width {
		return
	}
	for _, line := range lines {
		if o.MayColor() {
			line = qrtext.LightOnDark + line + qrtext.Reset
		}
		fmt.Fprintln(o.Err, line)
	}
	fmt.Fprintln(o.Err)
}

// A browserSignIn is a sign-in in a browser, by OAuth 2.0 or the older single sign-on.
type browserSignIn interface {
	URL() string
	Expects(finalURL string) bool
	Finish(ctx context.Context, finalURL string) (*client.Account, error)
}

// byBrowser signs in with a browser. A browser on this machine is redirected to
// a loopback port; otherwise the user pastes the URL of the last page.
func (o loginOptions) byBrowser(c *cobra.Command, opt client.Options, hs discovery.Homeserver, way discovery.Way) (account *client.Account, err error) {
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	redirect := login.PastedRedirectURI
	var back *host.Loopback
	if o.Browse != nil && o.MayAsk() {
		if back, err = host.ListenLoopback(ctx); err == nil {
			redirect = back.RedirectURI()
		}
	}
	d, err := o.start(ctx, opt, hs, way, redirect)
	if err != nil {
		return nil, err
	}
	o.Message("Open this address in a browser and sign in there:\n\n  %s\n", d.URL())
	if back != nil && o.Browse(d.URL()) == nil {
		o.Note("Your browser should have opened it already.")
	}
	final, err := o.redirectedURL(ctx, d, back)
	if err != nil {
		return nil, err
	}
	err = o.signingIn(c, hs, func() (err error) {
		account, err = d.Finish(ctx, final)
		return err
	})
	return account, err
}

func (o loginOptions) start(ctx context.Context, opt client.Options, hs discovery.Homeserver, way discovery.Way, redirect string) (browserSignIn, error) {
	if way == discovery.WaySSO {
		return login.StartSSO(ctx, opt, hs, redirect, o.provider)
	}
	return login.StartBrowser(ctx, opt, hs, redirect)
}

// redirectedURL returns the URL that the browser was redirected to: from the
// loopback server, or pasted by the user, whichever comes first.
func (o loginOptions) redirectedURL(ctx context.Context, d browserSignIn, back *host.Loopback) (string, error) {
	type arrival struct {
		address string
		err     error
	}
	came := make(chan arrival, 2)
	from := func(wait func() (string, error)) {
		var a arrival
		a.err = panicgroup.Try(func() (err error) {
			a.address, err = wait()
			return err
		})
		came <- a
	}
	if back != nil {
		go from(func() (string, error) { return back.Wait(ctx, d.Expects) })
	}
	go from(func() (string, error) { return o.askRedirectedURL(ctx, d) })
	first := <-came
	panicgroup.Raise(first.err)
	if first.err != nil && back != nil && ctx.Err() == nil {
		first = <-came // wait for the other source
		panicgroup.Raise(first.err)
	}
	return first.address, first.err
}

// askRedirectedURL asks the user to paste the URL, until it belongs to this sign-in.
func (o loginOptions) askRedirectedURL(ctx context.Context, d browserSignIn) (string, error) {
	for {
		o.Message("Then paste the address of the last page, even if that page shows an error:")
		line, err := out.ReadLine(ctx, o.In)
		switch line = strings.TrimSpace(line); {
		case err != nil && line == "":
			return "", errors.Join(fail.ErrNoAnswer, ctx.Err())
		case d.Expects(line) || !o.MayAsk():
			return line, nil
		}
		o.Message("This is not the right address. It begins with the address that your browser was redirected to, and contains a code.")
	}
}
