// Package service passes the names of DNS services from a request to the dialer of its
// connection, which looks up their SRV records.
package service

import "context"

type key struct{}

// With returns a context for requests to a host that may have SRV records for services,
// such as "matrix-fed". The first service with a record is used. The port in the URL is
// that of a host without a record.
func With(ctx context.Context, names ...string) context.Context {
	return context.WithValue(ctx, key{}, names)
}

// Names returns the names of the services; nil if there are none.
func Names(ctx context.Context) []string {
	names, _ := ctx.Value(key{}).([]string)
	return names
}
