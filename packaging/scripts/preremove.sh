#!/bin/sh
# Before the removal of the deb or rpm package: stops the server, and removes the links
# of "systemctl enable". An upgrade leaves both.
set -e

case "$1" in
remove | 0) ;;
*) exit 0 ;;
esac

if [ -d /run/systemd/system ]; then
	systemctl stop mxinvite-serve.service || true
fi
if command -v systemctl >/dev/null; then
	systemctl --no-reload disable mxinvite-serve.service >/dev/null 2>&1 || true
	systemctl --no-reload --global disable mxinvite-outbox.service >/dev/null 2>&1 || true
fi
