package send

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mxinvite/mxinvite/cli/fail"
	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/client/recipients"
)

// read reads the people to invite. An argument must be an address or a Matrix ID; a
// list may contain other text.
func (o *sendOptions) read(c *cobra.Command, args []string) error {
	if o.file == "" {
		o.list = recipients.Parse(strings.Join(args, "\n"))
		if len(o.list.Problems) > 0 {
			p := o.list.Problems[0]
			return fail.Usage(c, fmt.Errorf("%q is %w", p.Text, p.Err))
		}
		return nil
	}
	text, err := o.readFile(c.Context())
	if err != nil {
		return fmt.Errorf("read the list of people: %w", err)
	}
	o.list, err = recipients.ReadColumn(text, o.column)
	if err == nil {
		err = o.list.Err()
	}
	unsure, ok := errors.AsType[*recipients.ColumnError](err)
	switch {
	case ok && o.column == "" && o.file != "-" && o.MayAsk():
		o.list, err = o.askColumn(c.Context(), text, unsure)
		return err
	case ok && o.column == "":
		return fail.Usage(c, fmt.Errorf("%w; choose one with --column", err))
	case ok:
		return fail.Usage(c, err)
	case err != nil:
		return fmt.Errorf("read the list of people: %w", err)
	}
	return nil
}

// readFile returns the text of the list.
func (o *sendOptions) readFile(ctx context.Context) (string, error) {
	from := o.In
	if o.file != "-" {
		f, err := os.Open(o.file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		from = f
	}
	return out.Await(ctx, func() (string, error) { return recipients.Text(from) })
}

// askColumn asks for the column with the people until the answer is valid.
func (o *sendOptions) askColumn(ctx context.Context, text string, unsure *recipients.ColumnError) (recipients.List, error) {
	o.Message("Several columns may have the people to invite:")
	for _, c := range unsure.Columns {
		o.Message("  %d: %s, as in %s", c.Number, out.Cut(c.Label(), out.NameWidth), out.Cut(c.Example, out.NameWidth))
	}
	for {
		answer, err := o.Ask(ctx, "Which one? Type its number or heading. Press Enter to stop.")
		if err != nil {
			return recipients.List{}, err
		}
		if answer == "" {
			return recipients.List{}, fail.ErrDeclined
		}
		l, err := recipients.ReadColumn(text, answer)
		if _, wrong := errors.AsType[*recipients.ColumnError](err); !wrong {
			return l, err
		}
		o.Message("%s.", out.Cut(err.Error(), 3*out.NameWidth))
	}
}
