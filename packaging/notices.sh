#!/usr/bin/env bash
# Writes the licences of all modules that are part of a released program: most of them
# require their notice in every copy. Fails if a module has none.
set -euo pipefail
cd "$(dirname "$0")/.."

cat <<'EOF'
mxinvite is licensed under the MIT License. The program contains the Go standard
library and the modules below, under their own licences. To get the source of a
module, run: go mod download -json MODULE@VERSION

EOF

# notice NAME DIRECTORY writes the licence files of a module.
notice() {
	local files
	mapfile -t files < <(find "$2" -maxdepth 1 -type f | grep -iE '/(licen[cs]e|copying|notice|patents|authors)[^/]*$' | grep -v '\.go$' | LC_ALL=C sort)
	if ! grep -qiE '/(licen[cs]e|copying)' < <(printf '%s\n' "${files[@]#"$2"}"); then
		echo "notices: $1 has no licence in $2" >&2
		return 1
	fi
	printf '%s\n\n%s\n\n' "================================================================================" "$1"
	for file in "${files[@]}"; do
		printf -- '--- %s\n\n' "${file##*/}"
		tr -d '\r' <"$file"
		printf '\n'
	done
}

notice "The Go standard library, $(go env GOVERSION)" "$(go env GOROOT)"
# Systems have different dependencies.
modules=$(for system in linux darwin windows freebsd; do
	CGO_ENABLED=0 GOOS=$system go list -deps -f '{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}	{{.Dir}}{{end}}{{end}}' .
done | LC_ALL=C sort -u)
while IFS=$'\t' read -r module directory; do
	notice "$module" "$directory"
done <<<"$modules"
