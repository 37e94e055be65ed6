#!/usr/bin/env bash
# Installs the package for Debian, uses what it contains, and removes it. test.sh runs
# this in a sandbox.
set -euo pipefail
trap 'echo "packaging/test-deb.sh: failed at line $LINENO: $BASH_COMMAND" >&2' ERR
deb=$1
fail() {
	echo "packaging/test-deb.sh: $*" >&2
	exit 1
}
if dpkg -s mxinvite >/dev/null 2>&1; then
	fail "mxinvite is installed here, so this cannot tell what the new package leaves behind: remove it first"
fi

# traces lists the files with the name of the program where packages and services write.
traces() { find /etc /opt /srv /usr /var -xdev -iname '*mxinvite*' | sort; }
before=$(traces)

dpkg -i "$deb"
version=$(dpkg-deb -f "$deb" Version)
program=$(/usr/bin/mxinvite version)
[[ $program == "mxinvite v$(sed 's/~/-/; s/-1$//' <<<"$version")"[,\ ]* ]] || fail "the package is $version, and the program says: $program"

[[ $(man -w mxinvite) == /usr/share/man/man1/mxinvite.1.gz ]] || fail "man finds $(man -w mxinvite)"
# Without -l, man would keep the formatted page in /var/cache.
[[ $(man -l "$(man -w mxinvite)") == *"mxinvite - invite people to Matrix rooms"* ]] || fail "the manual page is empty"

bash -n /usr/share/bash-completion/completions/mxinvite
completed=$(bash -c '
	. /usr/share/bash-completion/bash_completion
	_completion_loader mxinvite || [[ $? == 124 ]]
	compopt() { :; } # it works only while the shell completes
	COMP_WORDS=(mxinvite inspe) COMP_CWORD=1 COMP_LINE="mxinvite inspe" COMP_POINT=14 COMP_TYPE=9
	$(complete -p mxinvite | sed "s/.*-F \([^ ]*\).*/\1/") mxinvite inspe mxinvite
	echo "${COMPREPLY[*]}"')
[[ $completed == inspect* ]] || fail "bash completes inspe to: $completed"
completed=$(fish -c 'complete -C "mxinvite inspe"')
[[ $completed == inspect* ]] || fail "fish completes inspe to: $completed"
completed=$(zsh -fc 'autoload -U compinit && compinit -u -D && echo $_comps[mxinvite]')
[[ $completed == _mxinvite ]] || fail "zsh completes mxinvite with: $completed"

# The man page of a unit is found, its program exists and its options are known. There is
# no manager of services that could start it here.
systemd-analyze verify --recursive-errors=no /usr/lib/systemd/system/mxinvite-serve.service
XDG_RUNTIME_DIR=$(mktemp -d) systemd-analyze --user verify --recursive-errors=no /usr/lib/systemd/user/mxinvite-outbox.service
[[ ! -e /etc/systemd/system/multi-user.target.wants/mxinvite-serve.service ]] || fail "the installation enabled the server"
systemctl --no-reload enable mxinvite-serve.service
systemctl --no-reload --global enable mxinvite-outbox.service

# An upgrade keeps the keys of visitors and the links of systemctl enable.
echo 'ssh-ed25519 AAAA visitor' >>/etc/mxinvite/authorized_keys
dpkg -i "$deb"
grep -q visitor /etc/mxinvite/authorized_keys
[[ -e /etc/systemd/system/multi-user.target.wants/mxinvite-serve.service ]] || fail "the upgrade disabled the server"

# The first start of the unit makes these.
mkdir -p /var/lib/private/mxinvite
ln -s private/mxinvite /var/lib/mxinvite
touch /var/lib/private/mxinvite/ssh_host_ed25519_key

dpkg -r mxinvite
[[ -e /etc/mxinvite/authorized_keys && -e /var/lib/private/mxinvite/ssh_host_ed25519_key ]] || fail "the removal deleted the server's files"
dpkg -P mxinvite
after=$(traces)
[[ $after == "$before" ]] || fail "a purge leaves: $(diff <(echo "$before") <(echo "$after"))"
