package cli

import (
	"log/slog"
	"net/http"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/client/keycheck"
	"github.com/mxinvite/mxinvite/internal/logfile"
)

const logName = "mxinvite.log"

// startLog opens the log file that the settings ask for. The log does not contain a
// command's arguments, which may be addresses. The demo writes a log only if its
// flag asks for one.
func startLog(a *host.Program, c *cobra.Command) {
	level, wanted := map[string]slog.Level{
		"error": slog.LevelError, "info": slog.LevelInfo, "debug": slog.LevelDebug,
	}[a.Settings.LogLevel]
	home, err := a.Home()
	demo := c.Name() == demoName && !c.Flags().Changed("log-level")
	if begun := a.Log.Enabled(slog.LevelError); begun || demo || !wanted || err != nil {
		return
	}
	a.Log = logfile.New(filepath.Join(home.StateDir(), logName), level)
	a.Log.Info("begun", "command", c.CommandPath(), "version", host.ThisBuild().Version)
	a.Transport = logfile.Transport(a.Transport, a.Log, a.Now)
	if makes := a.KeyTransport; makes != nil {
		a.KeyTransport = func(o keycheck.TransportOptions) http.RoundTripper {
			return logfile.Transport(makes(o), a.Log, a.Now)
		}
	}
}
