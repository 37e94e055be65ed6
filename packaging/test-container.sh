#!/usr/bin/env bash
# Builds the container image with Buildah and runs it as its configuration says: with its
# user, as process 1, with a network of its own. A visitor uses it over SSH. test.sh runs
# this in a sandbox, because Buildah's images and the port are the machine's otherwise.
#
#   packaging/test-container.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
trap 'echo "packaging/test-container.sh: failed at line $LINENO: $BASH_COMMAND" >&2' ERR
program=$1
fail() {
	echo "packaging/test-container.sh: $*" >&2
	exit 1
}
work=$(mktemp -d)
image() { buildah --storage-driver vfs --root "$work/images" --runroot "$work/run" "$@"; }

# The folder that GoReleaser makes for the build.
install -D "$program" "$work/context/linux/amd64/mxinvite"
mapfile -t extra < <(sed -n 's/^ *extra_files: \[\(.*\)\]$/\1/p' .goreleaser.yaml | sed 's/, */\n/g')
cp -r --parents "${extra[@]}" "$work/context"
image bud --quiet --isolation chroot --format docker --platform linux/amd64 --file packaging/container/Containerfile --tag mxinvite "$work/context" >/dev/null

# setting TEMPLATE prints a part of the image's configuration.
setting() { image inspect --type image --format "{{$1}}" mxinvite; }
list() { setting "range .Docker.Config.$1}}{{println .}}{{end"; }
mapfile -t command < <(list Entrypoint | sed '/^$/d' && list Cmd | sed '/^$/d')
mapfile -t healthcheck < <(list Healthcheck.Test | sed '/^$/d; /^CMD$/d')
mapfile -t environment < <(list Env | sed '/^$/d')
user=$(setting .Docker.Config.User)
[[ $user =~ ^[1-9][0-9]*:[1-9][0-9]*$ ]] || fail "the user of the image is $user: Kubernetes wants a number, and root is too powerful"
[[ $(setting .Docker.Config.Volumes) == *"/data"* ]] || fail "the image has no volume for /data"
root=$(image mount "$(image from mxinvite)")

# inside COMMAND... runs a command as a container of the image does.
inside() { env -i "${environment[@]}" chroot --userspec="$user" "$root" "$@"; }
inside "${healthcheck[@]}" 2>/dev/null && fail "the image is healthy before it runs"

ssh-keygen -q -t ed25519 -N '' -f "$work/key"
install -D -m 644 "$work/key.pub" "$root/etc/mxinvite/authorized_keys"
unshare --pid --fork env -i "${environment[@]}" chroot --userspec="$user" "$root" "${command[@]}" 2>"$work/log" &
container=$!
for ((i = 0; ; i++)); do
	! inside "${healthcheck[@]}" 2>"$work/health" || break
	((i < 100)) || fail "unhealthy: $(cat "$work/health" "$work/log")"
	sleep 0.1
done

visit() { timeout 30 ssh -F none -p 2222 -i "$work/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile="$work/known_hosts" -o LogLevel=error visitor@localhost "$@"; }
[[ $(visit version) == "$("$program" version)" ]] || fail "a visitor gets: $(visit version)"
[[ -e $root/data/ssh_host_ed25519_key ]] || fail "the host key is not in the volume"

kill -TERM "$(tr -d ' ' <"/proc/$container/task/$container/children")"
timeout 20 tail --pid="$container" -f /dev/null || fail "the container does not end: $(cat "$work/log")"
wait "$container" || fail "the container ends with $?: $(cat "$work/log")"
inside "${healthcheck[@]}" 2>/dev/null && fail "the image is healthy after it ended"
echo "The container image is in order."
