#!/usr/bin/env bash
# Builds the packages for Linux on amd64 as a release does, looks into each, installs
# and removes the one for Debian, and runs the container image. The machine is not
# changed: see sandbox.sh. .ci/run lists the Debian packages that this needs.
set -euo pipefail
cd "$(dirname "$0")/.."
trap 'echo "packaging/test.sh: failed at line $LINENO: $BASH_COMMAND" >&2' ERR
fail() {
	echo "packaging/test.sh: $*" >&2
	exit 1
}

packaging/goreleaser.sh check --quiet

# The configuration of releases, but for one system and with other folders.
work=.cache/package-test
rm -rf "$work"
mkdir -p "$work"
sed -e 's/^\( *goos:\) \[.*/\1 [linux]/' -e 's/^\( *goarch:\) \[.*/\1 [amd64]/' \
	-e '/^ *ignore:/d' -e '/^ *- {goos: .*goarch: /d' .goreleaser.yaml >"$work/goreleaser.yaml"
echo "dist: $work/dist" >>"$work/goreleaser.yaml"
packaging/goreleaser.sh release --snapshot --skip=docker,sbom --config "$work/goreleaser.yaml"

# one PATTERN prints the only file of the build with such a name.
one() {
	local files=("$work"/dist/$1)
	[[ ${#files[@]} == 1 && -f ${files[0]} ]] || fail "not one $1: ${files[*]}"
	echo "${files[0]}"
}
deb=$(one '*.deb') rpm=$(one '*.rpm') apk=$(one '*.apk') arch=$(one '*.pkg.tar.zst') archive=$(one '*.tar.gz')
(cd "$work/dist" && sha256sum --quiet -c checksums.txt)

# has LIST FILE... fails if a list of files lacks one.
has() {
	local list=$1 file
	shift
	for file; do
		grep -qx -- "\.\?/\?$file" <<<"$list" || fail "no $file among: $list"
	done
}
common=(
	usr/bin/mxinvite usr/share/man/man1/mxinvite.1.gz usr/share/bash-completion/completions/mxinvite
	usr/share/fish/vendor_completions.d/mxinvite.fish usr/share/doc/mxinvite/THIRD-PARTY.txt.gz etc/mxinvite/authorized_keys
)
units=(usr/lib/systemd/system/mxinvite-serve.service usr/lib/systemd/user/mxinvite-outbox.service)
zsh=usr/share/zsh/site-functions/_mxinvite licence=usr/share/licenses/mxinvite/LICENSE
has "$(rpm -qlp "$rpm")" "${common[@]}" "${units[@]}" $zsh $licence
has "$(rpm -qp --configfiles "$rpm")" etc/mxinvite/authorized_keys
has "$(tar -tzf "$apk" 2>/dev/null)" "${common[@]}" $zsh $licence
has "$(tar --zstd -tf "$arch")" "${common[@]}" "${units[@]}" $zsh $licence
has "$(tar -tzf "$archive")" mxinvite LICENSE THIRD-PARTY.txt man/mxinvite.1.gz completions/{mxinvite.bash,_mxinvite,mxinvite.fish,mxinvite.ps1}
has "$(dpkg-deb --fsys-tarfile "$deb" | tar -t)" "${common[@]}" "${units[@]}" usr/share/zsh/vendor-completions/_mxinvite \
	usr/share/doc/mxinvite/{copyright,changelog.gz,changelog.Debian.gz}

lintian --allow-root --fail-on error,warning "$deb"
packaging/sandbox.sh packaging/test-deb.sh "$deb"
packaging/sandbox.sh packaging/test-container.sh "$(one '*/mxinvite')"

wanted=$(packaging/nix/vendor-hash.sh)
grep -qF "vendorHash = \"$wanted\"" packaging/nix/package.nix || fail "vendorHash in packaging/nix/package.nix has to be $wanted"
nix-instantiate --parse packaging/nix/package.nix >/dev/null
nix-instantiate --parse flake.nix >/dev/null
echo "The packages are in order."
