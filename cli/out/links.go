package out

import (
	"bytes"
	"fmt"

	"github.com/mxinvite/mxinvite/internal/export"
)

// A Link is a link that the account made, for the users who send it to the invitees.
type Link struct {
	Name    string `json:"name"`    // the label, or the name of the invitee; may be empty
	Address string `json:"address"` // empty if the link is not for an address
	Link    string `json:"link"`    // a secret
}

// SecretLinks is what users are told about a file with links.
const SecretLinks = "It is a secret: any user who has a link can accept the invite."

// EncodeLinks returns links in the given format, with a column for each member, as for
// mail merge.
func EncodeLinks(links []Link, format string) ([]byte, error) {
	t := export.Table{Columns: []string{"name", "address", "link"}}
	for _, l := range links {
		t.Rows = append(t.Rows, []string{l.Name, l.Address, l.Link})
	}
	var b bytes.Buffer
	switch format {
	case FormatJSON:
		return encodeJSON(links, "  ")
	case FormatCSV:
		err := export.CSV(&b, t)
		return b.Bytes(), err
	case FormatMarkdown:
		err := export.Markdown(&b, t)
		return b.Bytes(), err
	}
	return nil, fmt.Errorf("unknown format %q", format)
}
