package signin

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/exit"
	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client"
	"github.com/mxinvite/mxinvite/client/discovery"
	"github.com/mxinvite/mxinvite/client/login"
)

const (
	// maxSecret limits a password or a token, in bytes.
	maxSecret = 16 << 10
	// passwordTries is how many times a password can be typed.
	passwordTries = 3
)

// methodNames returns the values of --with.
func methodNames() map[discovery.Way]string {
	return map[discovery.Way]string{
		discovery.WayDevice: "device", discovery.WayBrowser: "browser", discovery.WaySSO: "sso",
		discovery.WayPassword: "password", discovery.WayToken: "token",
	}
}

func methodName(w discovery.Way) string { return methodNames()[w] }

// MethodNames returns the values of --with, the best method first.
func MethodNames() []string {
	names := methodNames()
	all := make([]string, 0, len(names))
	for w := range discovery.Way(len(names)) {
		all = append(all, names[w])
	}
	return all
}

// askedWay returns the method that the flags ask for, or nil.
func (o loginOptions) askedWay(c *cobra.Command) (*discovery.Way, error) {
	with := o.with
	for _, file := range []struct{ flag, given, way string }{
		{"--password-file", o.passwordFile, "password"}, {"--token-file", o.tokenFile, "token"},
	} {
		switch {
		case file.given == "":
		case with != "" && with != file.way:
			return nil, fail.Usage(c, fmt.Errorf("%s is for signing in with a %s, not with %s", file.flag, file.way, with))
		default:
			with = file.way
		}
	}
	if with == "" {
		return nil, nil
	}
	n := slices.Index(MethodNames(), with)
	if n < 0 {
		return nil, fail.Usage(c, fmt.Errorf("unknown sign-in method %q; use one of %s", with, strings.Join(MethodNames(), ", ")))
	}
	return new(discovery.Way(n)), nil
}

// way returns the method: the one in the flags, else the best one that the
// homeserver offers and that works here.
func (o loginOptions) way(hs discovery.Homeserver, asked *discovery.Way) (discovery.Way, error) {
	offered := hs.Ways()
	if asked != nil {
		switch {
		case slices.Contains(offered, *asked):
			return *asked, nil
		case *asked == discovery.WayPassword:
			return 0, fmt.Errorf("sign in on %s: %w", hs.Name, client.ErrNoPassword)
		}
		return 0, fmt.Errorf("sign in on %s with %s: %w", hs.Name, methodName(*asked), client.ErrNotOffered)
	}
	// Input from a pipe is the password.
	if !o.InTTY && slices.Contains(offered, discovery.WayPassword) {
		return discovery.WayPassword, nil
	}
	for _, w := range offered {
		if o.works(w) {
			return w, nil
		}
	}
	return 0, fail.UsageOf("mxinvite login", errors.New("signing in needs a terminal; without one, choose a method with --with"))
}

// works reports whether a method that the flags do not ask for works with the
// streams.
func (o loginOptions) works(w discovery.Way) bool {
	switch w {
	case discovery.WayDevice:
		return o.ErrTTY // the user must be able to read the code
	case discovery.WayPassword:
		return true
	default:
		return o.MayAsk()
	}
}

// signIn signs in with the given method.
func (o loginOptions) signIn(c *cobra.Command, opt client.Options, hs discovery.Homeserver, way discovery.Way) (*client.Account, error) {
	switch way {
	case discovery.WayDevice:
		return o.byDevice(c.Context(), opt, hs)
	case discovery.WayBrowser, discovery.WaySSO:
		return o.byBrowser(c, opt, hs, way)
	case discovery.WayToken:
		return o.byToken(c, opt, hs)
	default:
		return o.byPassword(c, opt, hs)
	}
}

// byPassword signs in with a password from a file, a pipe or the terminal. At a
// terminal the user can try again.
func (o loginOptions) byPassword(c *cobra.Command, opt client.Options, hs discovery.Homeserver) (account *client.Account, err error) {
	if o.user, err = o.orAsk(c, cmp.Or(o.user, string(hs.UserID)), "Your user name on "+hs.Name+":", "--user"); err != nil {
		return nil, err
	}
	typed := (o.passwordFile == "" || o.passwordFile == "-") && o.InTTY
	for try := 1; ; try++ {
		password, err := readSecret(c, o.Program, "password", o.passwordFile)
		if err != nil {
			return nil, err
		}
		err = o.signingIn(c, hs, func() (err error) {
			account, err = login.WithPassword(c.Context(), opt, hs, o.user, password)
			return err
		})
		if !typed || !errors.Is(err, client.ErrPassword) || try == passwordTries {
			return account, err
		}
		exit.PrintError(o.Program, err)
	}
}

// byToken signs in with an existing access token.
func (o loginOptions) byToken(c *cobra.Command, opt client.Options, hs discovery.Homeserver) (account *client.Account, err error) {
	token, err := readSecret(c, o.Program, "access token", o.tokenFile)
	if err != nil {
		return nil, err
	}
	err = o.signingIn(c, hs, func() (err error) {
		account, err = login.WithToken(c.Context(), opt, hs, strings.TrimSpace(token))
		return err
	})
	return account, err
}

// readSecret reads a secret from a file, a pipe or, without echo, the terminal. It
// removes the line break at the end.
func readSecret(c *cobra.Command, a *host.Program, what, file string) (string, error) {
	if (file == "" || file == "-") && a.InTTY {
		return a.AskHidden(c.Context(), strings.ToUpper(what[:1])+what[1:]+": ")
	}
	from := a.In
	if file != "" && file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("read the %s: %w", what, err)
		}
		defer f.Close()
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("read the %s: %w", what, err)
	}
	data = bytes.TrimSuffix(bytes.TrimSuffix(data, []byte("\n")), []byte("\r"))
	switch {
	case len(data) == 0:
		return "", fail.Usage(c, fmt.Errorf("the %s is missing; give it with --%s-file, on standard input or at a terminal", what, lastWord(what)))
	case len(data) > maxSecret:
		return "", fail.Usage(c, fmt.Errorf("the %s is too long", what))
	}
	return string(data), nil
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }
