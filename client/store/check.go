package store

import (
	"context"
	"errors"
)

// Check reads the whole file and checks its integrity
// (https://www.sqlite.org/pragma.html#pragma_quick_check).
func (s *Store) Check(ctx context.Context) error {
	var verdict string
	err := s.db.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict)
	if err == nil && verdict != "ok" {
		return &DamagedError{Path: s.path, Err: errors.New("the integrity check failed")}
	}
	return explain("check", s.path, err)
}
