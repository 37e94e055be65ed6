package keycheck

// How many are asked at once: few of one host, which may be small, and so few in
// all that slow hosts cannot use up this machine.
const (
	maxPerHost = 4
	maxRunning = 16
)

// A queue holds the inquiries that wait for their turn, by host name, so that a
// slow host holds up nobody else.
type queue struct {
	lines   map[string]*line
	running int
}

type line struct {
	waiting []*inquiry
	running int
}

func (q *queue) add(i *inquiry) {
	name := i.target.Hostname()
	l := q.lines[name]
	if l == nil {
		if q.lines == nil {
			q.lines = map[string]*line{}
		}
		l = &line{}
		q.lines[name] = l
	}
	l.waiting = append(l.waiting, i)
}

// next takes out an inquiry that may run now; nil if there is none. Those that
// were abandoned while they waited are dropped.
func (q *queue) next() *inquiry {
	for name, l := range q.lines {
		if q.running == maxRunning {
			return nil
		}
		if i := l.next(); i != nil {
			q.running++
			return i
		}
		if l.running == 0 {
			delete(q.lines, name)
		}
	}
	return nil
}

// remove makes room after an inquiry that ran.
func (q *queue) remove(i *inquiry) {
	q.running--
	q.lines[i.target.Hostname()].running--
}

func (l *line) next() *inquiry {
	for l.running < maxPerHost && len(l.waiting) > 0 {
		i := l.waiting[0]
		l.waiting[0] = nil // or it would be kept as long as the line
		l.waiting = l.waiting[1:]
		if len(i.callers) > 0 {
			l.running++
			return i
		}
	}
	return nil
}
