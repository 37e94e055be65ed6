#!/bin/sh
# Installs what the tests tagged e2e talk to, below one folder: Synapse, Sydent and Dendrite, and matrix-js-sdk with a
# driver for the browser.
#
#	sh internal/e2e/install.sh DIR
#
# It needs Go, Python 3.11 to 3.13 with venv, Node.js 20 or newer with npm, and the three package registries. What is there already stays; a changed
# list of packages is installed anew.
set -eu

if [ $# -ne 1 ]; then
	echo "usage: install.sh DIR" >&2
	exit 2
fi
mkdir -p "$1"
dir=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)

# python prints the first Python that the pinned packages support.
python() {
	for candidate in python3 python3.13 python3.12 python3.11; do
		if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
			echo "$candidate"
			return
		fi
	done
	echo "install.sh: Python 3.11, 3.12 or 3.13 with its venv module is needed (on Debian: apt install python3 python3-venv)" >&2
	exit 1
}

# current NAME FILE... tells whether NAME was installed from exactly these files. The stamp is written last, so an
# interrupted installation starts again.
current() {
	stamp=$dir/$1.stamp
	shift
	sum=$(cat "$@" | cksum)
	[ "$(cat "$stamp" 2>/dev/null)" = "$sum" ]
}

# environment NAME makes the virtual environment NAME from NAME.txt.
environment() {
	if current "$1" "$here/$1.txt" "$here/build.txt" && "$dir/$1/bin/python" -c '' 2>/dev/null; then
		return
	fi
	interpreter=$(python)
	echo "install.sh: $1 with $("$interpreter" --version)" >&2
	rm -rf "${dir:?}/$1"
	"$interpreter" -m venv "$dir/$1"
	PIP_CONSTRAINT=$here/build.txt "$dir/$1/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/$1.txt"
	echo "$sum" >"$stamp"
}

environment synapse
environment sydent

# matrix-js-sdk and the browser driver. Their scripts are not run, and the lock file names no registry.
if ! current node "$here/node/package.json" "$here/node/package-lock.json" || [ ! -d "$dir/node/node_modules" ]; then
	echo "install.sh: node packages with node $(node --version)" >&2
	mkdir -p "$dir/node"
	cp "$here/node/package.json" "$here/node/package-lock.json" "$dir/node/"
	(cd "$dir/node" && npm ci --ignore-scripts --no-audit --no-fund --silent)
	echo "$sum" >"$stamp"
fi

if ! current dendrite "$here/dendrite/go.mod" "$here/dendrite/go.sum" || [ ! -x "$dir/dendrite" ]; then
	echo "install.sh: dendrite with $(go version)" >&2
	# Without cgo Dendrite takes the SQLite that is written in Go, so no C compiler is needed.
	CGO_ENABLED=0 go build -C "$here/dendrite" -trimpath -o "$dir/dendrite" github.com/element-hq/dendrite/cmd/dendrite
	echo "$sum" >"$stamp"
fi
