package ui

import "github.com/mxinvite/mxinvite/ui/shell"

// exampleAddress returns example addresses for an empty field.
func exampleAddress(sh *shell.Shell) string {
	if r := sh.Options.Demo; r != nil && len(r.Addresses) > 0 {
		return r.Addresses[0].Address
	}
	return "grace@navy.example"
}

// suggest shows the addresses of the demo while the field is empty.
func (c *composePage) suggest() {
	r := c.sh.Options.Demo
	if r == nil || !c.invitees.empty() {
		return
	}
	c.people.close()
	for _, s := range r.Addresses {
		c.people.people = append(c.people.people, shell.Contact{Address: s.Address})
	}
	c.people.typed = ""
}
