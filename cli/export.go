package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/host"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/export"
)

// outputFlags are the flags for the file that a command writes.
type outputFlags struct {
	output string
	force  bool // overwrite an existing file
}

// addFlags adds the flags --output, with a description, and --force.
func (e *outputFlags) addFlags(f *pflag.FlagSet, does string) {
	f.StringVarP(&e.output, "output", "o", "", does)
	f.BoolVar(&e.force, "force", false, "overwrite the file of --output")
}

// exportFlags are the flags for the format and the file of an export.
type exportFlags struct {
	outputFlags

	format string
}

func (e *exportFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&e.format, "format", "", "write `FORMAT`: table, csv, json or markdown")
	e.addFlags(c.Flags(), "write to `FILE`; its extension sets the format")
}

// check sets the format from the flags, and returns a usage error if they are
// wrong.
func (e *exportFlags) check(c *cobra.Command, a *host.Program) error {
	formats := []string{out.FormatTable, out.FormatCSV, out.FormatJSON, out.FormatMarkdown}
	switch {
	case e.format == "" && a.JSON:
		e.format = out.FormatJSON
	case e.format == "":
		e.format = out.FormatOf(e.output)
	case !slices.Contains(formats, e.format):
		return fail.Usage(c, fmt.Errorf("unknown format %q; use one of %s", e.format, strings.Join(formats, ", ")))
	}
	if a.JSON && e.format != out.FormatJSON {
		return fail.Usage(c, errors.New("--json cannot be used with another --format"))
	}
	if e.output != "" && e.format == out.FormatTable {
		return fail.Usage(c, errors.New("--output needs --format csv, json or markdown"))
	}
	return nil
}

// write encodes the findings in e.format and writes them to the output file or
// to standard output.
func (e *exportFlags) write(ctx context.Context, a *host.Program, findings []out.Finding) error {
	data, err := out.Encode(findings, e.format)
	if err != nil {
		return err
	}
	err = e.put(ctx, a, data)
	if err == nil && e.output != "" {
		a.Note("%s written to %s.", out.Count(len(findings), "invite"), e.output)
	}
	return err
}

// put writes data to the output file or to standard output.
func (e *exportFlags) put(ctx context.Context, a *host.Program, data []byte) error {
	if e.output == "" {
		_, err := a.Out.Write(data)
		return err
	}
	return e.writeFile(ctx, a, "the invites", data)
}

// writeFile writes the file of --output. It overwrites an existing file only with
// --force or if the user agrees. An error names what could not be written.
func (e *outputFlags) writeFile(ctx context.Context, a *host.Program, what string, data []byte) error {
	write := export.Create
	if e.force {
		write = export.Write
	}
	err := write(e.output, data)
	if errors.Is(err, fs.ErrExist) {
		if !a.MayAsk() {
			return fmt.Errorf("%s already exists; --force overwrites it", e.output)
		}
		agreed, err := a.Confirm(ctx, "Overwrite "+e.output+"?")
		if err != nil {
			return err
		}
		if !agreed {
			return fail.ErrDeclined
		}
		e.force = true
		return e.writeFile(ctx, a, what, data)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}
