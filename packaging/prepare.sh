#!/usr/bin/env bash
# Writes into .cache/package what a release contains besides the program: the manual
# page, the completions, the systemd units, the changelogs and the licences. GoReleaser
# runs it before it builds.
#
#   packaging/prepare.sh VERSION COMMIT_TIME     (seconds since 1970)
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1 time=$2
out=.cache/package
rm -rf "$out"
mkdir -p "$out"

# For this machine, whatever a release is built for.
GOOS="" GOARCH="" go build -o "$out/native" .
"$out/native" man >"$out/mxinvite.1"
"$out/native" completion bash >"$out/mxinvite.bash"
"$out/native" completion zsh >"$out/_mxinvite"
"$out/native" completion fish >"$out/mxinvite.fish"
"$out/native" completion powershell >"$out/mxinvite.ps1"
rm "$out/native"

# unit NAME PATH replaces the introduction of a unit in docs, which is for an
# installation by hand, by the standard input, and the path of the program by /usr/bin.
unit() {
	{
		cat
		sed -n '/^\[Unit\]/,$p' "docs/$1.service" | sed "s|$2/mxinvite|/usr/bin/mxinvite|g"
	} >"$out/$1.service"
	if ! grep -q '^ExecStart=/usr/bin/mxinvite ' "$out/$1.service" || grep -q "$2/" "$out/$1.service"; then
		echo "prepare: $1.service has another path than $2/mxinvite" >&2
		return 1
	fi
}

unit mxinvite-serve /usr/local/bin <<'EOF'
# mxinvite for visitors over SSH. Put their public keys into
# /etc/mxinvite/authorized_keys, and then: systemctl enable --now mxinvite-serve
#
# To change the options of mxinvite serve: systemctl edit mxinvite-serve
EOF
unit mxinvite-outbox %h/.local/bin <<'EOF'
# Sends the invites in mxinvite's outbox while you are logged in to this machine
# or, after "loginctl enable-linger", at any time. To start it for your account:
# systemctl --user enable --now mxinvite-outbox
#
# Use mxinvite once before: its directories have to exist. To change the unit, for
# example because they are in another place: systemctl --user edit mxinvite-outbox
EOF

packaging/notices.sh >"$out/THIRD-PARTY.txt"

# Debian wants its own form of the licence and of the changelog.
{
	cat packaging/debian-copyright
	sed -n '/^Permission/,$p' LICENSE | sed 's/^$/./; s/^/ /'
} >"$out/copyright"
cat >"$out/changelog.Debian" <<EOF
mxinvite ($(sed 's/-/~/' <<<"$version")-1) unstable; urgency=medium

  * Build of this version. /usr/share/doc/mxinvite/changelog.gz has the changes.

 -- The mxinvite authors <mxinvite@users.noreply.github.com>  $(LC_ALL=C date -uRd "@$time")
EOF
cp CHANGELOG.md "$out/changelog"

# Without -n, the time in a .gz would differ from build to build.
gzip -9nk "$out/mxinvite.1" "$out/THIRD-PARTY.txt" "$out/changelog" "$out/changelog.Debian"
