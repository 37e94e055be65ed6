package keycheck

// Maximum number of concurrent requests, per host and in total.
const (
	maxPerHost = 4
	maxRunning = 16
)

// A queue holds the inquiries that are not started yet, by host name: a slow host
// does not delay the others.
type queue struct {
	hosts   map[string]*hostQueue
	running int
}

type hostQueue struct {
	waiting []*inquiry
	running int
}

func (q *queue) add(i *inquiry) {
	name := i.target.Hostname()
	l := q.hosts[name]
	if l == nil {
		if q.hosts == nil {
			q.hosts = map[string]*hostQueue{}
		}
		l = &hostQueue{}
		q.hosts[name] = l
	}
	l.waiting = append(l.waiting, i)
}

// next removes and returns an inquiry that may be started, or nil. It drops
// cancelled inquiries.
func (q *queue) next() *inquiry {
	for name, l := range q.hosts {
		if q.running == maxRunning {
			return nil
		}
		if i := l.next(); i != nil {
			q.running++
			return i
		}
		if l.running == 0 {
			delete(q.hosts, name)
		}
	}
	return nil
}

// remove is called when the request of an inquiry has ended.
func (q *queue) remove(i *inquiry) {
	q.running--
	q.hosts[i.target.Hostname()].running--
}

func (l *hostQueue) next() *inquiry {
	for l.running < maxPerHost && len(l.waiting) > 0 {
		i := l.waiting[0]
		l.waiting[0] = nil // so that it can be garbage collected
		l.waiting = l.waiting[1:]
		if len(i.callers) > 0 {
			l.running++
			return i
		}
	}
	return nil
}
