#!/usr/bin/env bash
# Installs the program with "go install MODULE@VERSION" from a module proxy in files, as
# users do, and checks that it has its version, manual page and completions. It fails
# for instance on a replace directive in go.mod and on a file that a module may not have.
set -euo pipefail
cd "$(dirname "$0")/.."
fail() {
	echo "packaging/test-go-install.sh: $*" >&2
	exit 1
}
trap 'echo "packaging/test-go-install.sh: failed at line $LINENO: $BASH_COMMAND" >&2' ERR
module=$(go list -m) version=v0.0.1
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

proxy=$work/proxy/$module/@v
mkdir -p "$proxy"
echo "$version" >"$proxy/list"
cp go.mod "$proxy/$version.mod"
echo "{\"Version\": \"$version\", \"Time\": \"2026-01-01T00:00:00Z\"}" >"$proxy/$version.info"
# A folder with a go.mod of its own is another module.
git ls-files -z --cached --others --exclude-standard | python3 -c '
import os, sys, zipfile
names = [name for name in sys.stdin.read().split("\0") if os.path.isfile(name)]
others = tuple(name.removesuffix("go.mod") for name in names if name.endswith("/go.mod"))
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
    for name in names:
        if not name.startswith(others):
            z.write(name, f"{sys.argv[2]}/{name}")
' "$proxy/$version.zip" "$module@$version"

# The modules that it needs come from the cache of this machine, as far as they are there.
export GOPROXY=file://$work/proxy,file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)
GOFLAGS="" GONOSUMDB=$module GOMODCACHE=$work/modules GOBIN=$work/bin CGO_ENABLED=0 go install -trimpath "$module@$version"

[[ $("$work/bin/mxinvite" version) == "mxinvite $version, go"* ]] || fail "the version is $("$work/bin/mxinvite" version)"
"$work/bin/mxinvite" man | diff - docs/mxinvite.1 || fail "the manual page differs"
for shell in bash zsh fish powershell; do
	"$work/bin/mxinvite" completion $shell | grep -c mxinvite >/dev/null || fail "no completion for $shell"
done
echo "go install works."
