package ui

// exampleAddress are addresses for an empty field.
func exampleAddress(sh *shell) string {
	if r := sh.opt.Rehearsal; r != nil && len(r.Addresses) > 0 {
		return r.Addresses[0].Address
	}
	return "grace@navy.example"
}

// suggest offers the addresses of a rehearsal while nothing is typed.
func (c *compose) suggest() {
	r := c.sh.opt.Rehearsal
	if r == nil || !c.invitees.empty() {
		return
	}
	c.people.close()
	for _, s := range r.Addresses {
		c.people.people = append(c.people.people, Contact{Address: s.Address})
	}
	c.people.typed = ""
}
