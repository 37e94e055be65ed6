#!/bin/sh
# After the removal of the deb or rpm package.
set -e

if [ -d /run/systemd/system ]; then
	systemctl --system daemon-reload || true
fi
# A purge also deletes the host key, the sessions and the stores of visitors: they are
# secrets, and no other program can use them.
if [ "$1" = purge ]; then
	rm -rf /var/lib/private/mxinvite
	rm -rf /var/lib/mxinvite
fi
