//go:build unix

package vault

import (
	"context"
	"errors"
	"syscall"
	"testing"
)

// fill saves more than the limit for file sizes allows. The write fails in the
// middle of the file, as on a full disk.
func fill(ctx context.Context, dir string) error {
	const room = 2000
	limit := syscall.Rlimit{Cur: room, Max: room}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	w := &world{Options: Options{Dir: dir}}
	w.answers(phrase)
	v, err := open(w.Options, cheap)
	if err != nil {
		return err
	}
	if err := v.Save(ctx, ada, make([]byte, 2*room)); !errors.Is(err, syscall.EFBIG) {
		return errors.Join(errors.New("saved on a full disk, or failed otherwise"), err)
	}
	return nil
}

func TestFullDiskDoesNotDamageTheVault(t *testing.T) {
	v := newWorld(t, KindSealed).start(t)
	save(t, v, ada, secret)
	cmd, _ := start(t, "fill", v.opt.Dir)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, v, ada, secret)
	if files := filesIn(t, v, "*"); len(files) != 2 {
		t.Errorf("the directory contains %q", files)
	}
}
