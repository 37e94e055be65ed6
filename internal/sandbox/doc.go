// Package sandbox is a Matrix homeserver, an identity server and an OAuth server in one process: the demo people try,
// and the other side of every test.
//
// It answers as Synapse 1.163.2 and a freshly started Sydent 2.6.1 do, status by status and text by text, because the
// program is proven against both: whatever passes here must pass there. Its OAuth server, which [World.SetWays] turns on,
// answers as a Matrix Authentication Service does. That is also why it imports nothing of ours: two sides that share
// code share mistakes.
//
// A [World] is used as an [http.RoundTripper], where hosts decide who answers and nothing touches a socket, or as an
// [http.Handler] that serves everything on one origin to any Matrix client. It starts no goroutine of its own and
// waits only on channels and timers, so it may live inside a testing/synctest bubble.
//
// What is knowingly different, all of it to be more predictable than the real servers:
//
//   - Synapse answers a /sync that repeats an earlier one word for word from a cache for two minutes. Here it is
//     always answered anew.
//   - Once Synapse has read an event from its stream, the cached event carries prev_content wherever it is shown, in
//     /state too, until the cache forgets it. Here it is shown in /sync and /messages only.
//   - Sydent tells the homeserver about a bound address behind its answer's back, and again and again until the
//     homeserver is content. Here the homeserver knows before the answer, and hears it once.
//   - A long-running Sydent resends the invites of whoever bound an address before. Here nobody's are.
//   - A Matrix Authentication Service lets itself be asked about a device code without end. Here it is slow_down, as RFC
//     8628 has it.
//   - Only what a filter or an invite needs is validated. A rate limit answers at once instead of half a second later.
package sandbox
