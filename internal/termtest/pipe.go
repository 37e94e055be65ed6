package termtest

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// pipe is an [io.Pipe] in which the writer never waits: who types need not care
// whether the program reads, be it busy, hung or gone.
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

// Read waits for something to read. After Close, it reads to the end.
func (p *pipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.bytes.Len() == 0 {
		if p.closed {
			return 0, io.EOF
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

// deliver copies what comes from a terminal to a program, each piece the same
// time after it was sent. Without a delay an answer would race with whatever
// the program does in the same instant.
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
