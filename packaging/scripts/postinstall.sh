#!/bin/sh
# After the installation of the deb or rpm package. It starts nothing: the keys of
# visitors have to be set before. After an upgrade a running server is restarted;
# visitors have eight seconds to finish.
set -e

# Debian calls "configure OLD-VERSION", rpm gives the number of installed versions.
case "$1 $2" in
"configure ") upgrade= ;;
configure*) upgrade=yes ;;
"1 ") upgrade= ;;
[2-9]*) upgrade=yes ;;
*) exit 0 ;;
esac

if [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload || true
	if [ -z "$upgrade" ]; then
		:
	elif command -v deb-systemd-invoke >/dev/null; then
		deb-systemd-invoke try-restart mxinvite-serve.service || true
	else
		systemctl try-restart mxinvite-serve.service || true
	fi
fi
