#!/usr/bin/env bash
# Runs a command on a copy of this machine's files, which is deleted with all changes
# when the command ends: an overlay in a mount namespace, with the working directory
# where it is. The command has a network of its own, with localhost only, and is root:
# other users need sudo.
#
#   packaging/sandbox.sh COMMAND [ARGUMENT...]
set -euo pipefail
if [[ ${MXINVITE_PACKAGING_SANDBOX:-} == "" ]]; then
	MXINVITE_PACKAGING_SANDBOX=$(mktemp -d)
	become=()
	((EUID == 0)) || become=(sudo)
	status=0
	"${become[@]}" env MXINVITE_PACKAGING_SANDBOX="$MXINVITE_PACKAGING_SANDBOX" unshare --mount --net "$0" "$@" || status=$?
	rmdir "$MXINVITE_PACKAGING_SANDBOX"
	exit "$status"
fi

mount -t tmpfs sandbox "$MXINVITE_PACKAGING_SANDBOX"
mkdir "$MXINVITE_PACKAGING_SANDBOX"/{changes,work,root}
mount -t overlay sandbox -o "lowerdir=/,upperdir=$MXINVITE_PACKAGING_SANDBOX/changes,workdir=$MXINVITE_PACKAGING_SANDBOX/work" "$MXINVITE_PACKAGING_SANDBOX/root"
for folder in /dev /proc /sys; do
	mount --rbind "$folder" "$MXINVITE_PACKAGING_SANDBOX/root$folder"
done
ip link set lo up
exec chroot "$MXINVITE_PACKAGING_SANDBOX/root" bash -c 'cd "$1" && shift && exec "$@"' bash "$PWD" "$@"
