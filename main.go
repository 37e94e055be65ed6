// Mxinvite invites people to Matrix rooms by e-mail and shows what became of every such invite.
package main

func main() {}
