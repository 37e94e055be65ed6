package cli

import (
	"log/slog"
	"net/http"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/logfile"
)

const logName = "mxinvite.log"

// startLog keeps a log of this run, as the settings want it. A command's
// arguments are not in it: they may name people. The demo leaves no file behind,
// unless its flag asks for a log.
func (a *app) startLog(c *cobra.Command) {
	level, wanted := map[string]slog.Level{
		"error": slog.LevelError, "info": slog.LevelInfo, "debug": slog.LevelDebug,
	}[a.settings.LogLevel]
	home, err := a.home()
	demo := c.Name() == demoName && !c.Flags().Changed("log-level")
	if begun := a.log.Enabled(slog.LevelError); begun || demo || !wanted || err != nil {
		return
	}
	a.log = logfile.At(filepath.Join(home.StateDir(), logName), level)
	a.log.Info("begun", "command", c.CommandPath(), "version", thisBuild().Version)
	a.Transport = logfile.Transport(a.Transport, a.log, a.Now)
	if makes := a.KeyTransport; makes != nil {
		a.KeyTransport = func(o keycheck.TransportOptions) http.RoundTripper {
			return logfile.Transport(makes(o), a.log, a.Now)
		}
	}
}
