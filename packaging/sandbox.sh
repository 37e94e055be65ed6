#!/usr/bin/env bash
# Runs a command on a copy of this machine's files, which is deleted with all changes
# when the command ends: an overlay in a mount namespace, with the working directory
# where it is. The command has a network of its own, with localhost only, and is root:
# other users need sudo.
#
#   packaging/sandbox.sh COMMAND [ARGUMENT...]
set -euo pipefail
if [[ ${SANDBOX:-} == "" ]]; then
	SANDBOX=$(mktemp -d)
	become=()
	((EUID == 0)) || become=(sudo)
	status=0
	"${become[@]}" env SANDBOX="$SANDBOX" unshare --mount --net "$0" "$@" || status=$?
	rmdir "$SANDBOX"
	exit "$status"
fi

mount -t tmpfs sandbox "$SANDBOX"
mkdir "$SANDBOX"/{changes,work,root}
mount -t overlay sandbox -o "lowerdir=/,upperdir=$SANDBOX/changes,workdir=$SANDBOX/work" "$SANDBOX/root"
for folder in /dev /proc /sys; do
	mount --rbind "$folder" "$SANDBOX/root$folder"
done
ip link set lo up
exec chroot "$SANDBOX/root" bash -c 'cd "$1" && shift && exec "$@"' bash "$PWD" "$@"
