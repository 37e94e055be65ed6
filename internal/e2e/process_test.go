//go:build e2e

package e2e

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A process is a server that runs during the tests.
type process struct {
	name    string
	logPath string
	group   int
	leash   *os.File
	exited  chan struct{}
}

// endWithParent runs a command as the leader of a process group that ends when this
// process ends for any reason: a shell reads from a pipe whose other end only this
// process has open, and the kernel closes that end also after a panic or a kill.
const leashed = `(read -r _ <&3; kill -s KILL 0) & exec "$@" 3<&-`

// start runs a server with its output in dir/name.log.
func start(name, dir string, environment []string, command ...string) (*process, error) {
	logPath := filepath.Join(dir, name+".log")
	output, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	held, leash, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer held.Close()

	cmd := exec.Command("sh", append([]string{"-c", leashed, "sh"}, command...)...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "NO_PROXY=localhost,127.0.0.1", "no_proxy=localhost,127.0.0.1"), environment...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.ExtraFiles = []*os.File{held}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		leash.Close()
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{name: name, logPath: logPath, group: cmd.Process.Pid, leash: leash, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the log shows how it ended
		close(p.exited)
	}()
	return p, nil
}

// ready polls a server until it responds. If it does not, the error contains its log.
func (p *process) ready(ctx context.Context, answers func(context.Context) error) error {
	var last error
	err := poll(ctx, func() (bool, error) {
		select {
		case <-p.exited:
			return false, errors.New("it ended")
		default:
			last = answers(ctx)
			return last == nil, nil
		}
	})
	if err != nil {
		return fmt.Errorf("%s did not start: %w (%w); its log:\n%s", p.name, err, last, p.log(0))
	}
	return nil
}

// stop kills the process group and waits until the server has ended.
func (p *process) stop() error {
	err := syscall.Kill(-p.group, syscall.SIGKILL)
	<-p.exited
	p.leash.Close()
	if err != nil && !errors.Is(err, syscall.ESRCH) { // the error says that it has ended already
		return fmt.Errorf("stop %s: %w", p.name, err)
	}
	return nil
}

// logged returns the size of the log in bytes.
func (p *process) logged() int64 {
	info, err := os.Stat(p.logPath)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	if err != nil {
		panic(err)
	}
	return info.Size()
}

// log returns the last lines that the server logged after a number of bytes.
func (p *process) log(after int64) string {
	text, err := os.ReadFile(p.logPath)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text[min(after, int64(len(text))):])), "\n")
	return strings.Join(lines[max(0, len(lines)-100):], "\n")
}

// poll calls a function until it returns true or an error, or until the context ends.
func poll(ctx context.Context, done func() (bool, error)) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}
