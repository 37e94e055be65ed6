package termtest

import (
	"bytes"
	"io"
	"os"
	"sync"
	"time"
)

// pipe is an [io.Pipe] whose writer never blocks: a test can type while the
// program is busy or has ended.
type pipe struct {
	mu      sync.Mutex
	written *sync.Cond
	bytes   bytes.Buffer
	closed  bool
}

func newPipe() *pipe {
	p := new(pipe)
	p.written = sync.NewCond(&p.mu)
	return p
}

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.written.Signal()
	return p.bytes.Write(b)
}

// Read waits for data. After Close, it returns the remaining data.
func (p *pipe) Read(b []byte) (int, error) { return p.ReadWithin(b, -1) }

// ReadWithin is Read, and returns [os.ErrDeadlineExceeded] if there is no data
// within a time. A negative time is no limit.
func (p *pipe) ReadWithin(b []byte, wait time.Duration) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	late := false
	if wait >= 0 {
		defer time.AfterFunc(wait, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			late = true
			p.written.Broadcast()
		}).Stop()
	}
	for p.bytes.Len() == 0 {
		switch {
		case p.closed:
			return 0, io.EOF
		case late:
			return 0, os.ErrDeadlineExceeded
		}
		p.written.Wait()
	}
	return p.bytes.Read(b)
}

func (p *pipe) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.written.Broadcast()
	return nil
}

// deliver copies the terminal's replies to the program, each with the same
// delay. Without it, replies would race with other events at the same fake
// time.
func deliver(to io.Writer, from io.Reader, delay time.Duration) {
	way := newPipe()
	go func() {
		_, _ = io.Copy(way, from)
		_ = way.Close()
	}()
	b := make([]byte, 4096)
	for {
		n, err := way.Read(b)
		if err != nil {
			return
		}
		time.Sleep(delay)
		_, _ = to.Write(b[:n])
	}
}
