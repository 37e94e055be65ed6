package send

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/mxinvite/mxinvite/cli/out"
	"github.com/mxinvite/mxinvite/internal/export"
)

// checkLinksFile returns an error if the file of --csv exists, before any link is made.
func (o sendOptions) checkLinksFile() error {
	if o.csv == "" {
		return nil
	}
	if _, err := os.Lstat(o.csv); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fmt.Errorf("%s already exists", o.csv)
		}
		return err
	}
	return nil
}

// writeLinksFile writes the links that were made to the file of --csv.
func (o sendOptions) writeLinksFile(p *preview) error {
	links := []out.Link{}
	for _, d := range p.deliveries {
		if d.link == "" {
			continue
		}
		l := out.Link{Name: d.Name, Address: d.Address.Address, Link: d.link}
		if d.Label != "" {
			l.Name = d.Label
		}
		links = append(links, l)
	}
	if o.csv == "" || len(links) == 0 {
		return nil
	}
	data, err := out.EncodeLinks(links, out.FormatCSV)
	if err == nil {
		err = export.Create(o.csv, data)
	}
	if err != nil {
		return fmt.Errorf("write the links, which mxinvite list --links shows again: %w", err)
	}
	o.Note("%s written to %s. "+out.SecretLinks, out.Count(len(links), "link"), o.csv)
	return nil
}
