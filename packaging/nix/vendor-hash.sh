#!/usr/bin/env bash
# Prints the vendorHash of package.nix: the hash of the files that "go mod vendor" writes.
# It changes with go.mod, and sometimes with the packages that are imported.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go mod vendor -o "$work/vendor"
hash=$(nix-hash --type sha256 --base32 "$work/vendor")
nix --extra-experimental-features nix-command hash to-sri --type sha256 "$hash"
