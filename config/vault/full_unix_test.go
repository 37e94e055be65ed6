//go:build unix

package vault

import (
	"context"
	"errors"
	"syscall"
	"testing"
)

// fill saves more than may be written. A limit for files refuses what does not
// fit as a full disk does: in the middle.
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

func TestFullDiskLeavesTheVault(t *testing.T) {
	v := newWorld(t, KindSealed).start(t)
	save(t, v, ada, secret)
	cmd, _ := start(t, "fill", v.opt.Dir)
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	wantHeld(t, v, ada, secret)
	if files := beside(t, v, "*"); len(files) != 2 {
		t.Errorf("there lie %q", files)
	}
}
