#!/usr/bin/env bash
# Runs the program for Windows in Wine: it starts, judges a file of saved state, serves
# the demo, and there signs in, sends an invite and lists it. Needs wine64 and, for Wine
# before version 9, binutils-mingw-w64-x86-64.
set -euo pipefail
cd "$(dirname "$0")/.."
fail() {
	echo "packaging/test-windows.sh: $*" >&2
	exit 1
}
trap 'echo "packaging/test-windows.sh: failed at line $LINENO: $BASH_COMMAND" >&2' ERR
wine=$(command -v wine64 /usr/lib/wine/wine64 | head -n 1)
[[ $wine ]] || fail "wine64 is not installed"

work=$(mktemp -d)
demo=
end() {
	[[ ! $demo ]] || kill "$demo" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap end EXIT
CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build -trimpath -o "$work/mxinvite.exe" .

# No window, no messages of Wine, and nothing outside of the folder.
unset DISPLAY WAYLAND_DISPLAY
export WINEPREFIX=$work/wine WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=;bcryptprimitives=n,b" HOME=$work
"$wine" wineboot --init >"$work/wineboot.log" 2>&1 || fail "wineboot: $(cat "$work/wineboot.log")"
system=$WINEPREFIX/drive_c/windows/system32
if [[ ! -e $system/bcryptprimitives.dll ]]; then
	x86_64-w64-mingw32-as -o "$work/prng.o" packaging/bcryptprimitives.s
	x86_64-w64-mingw32-ld -shared -e DllMain -o "$system/bcryptprimitives.dll" "$work/prng.o"
fi

mxinvite() { timeout 60 "$wine" "$work/mxinvite.exe" "$@"; }
# wants WANT COMMAND... fails unless the output of a command contains a text.
wants() {
	local want=$1 got
	shift
	got=$(mxinvite "$@" 2>&1) || fail "$* ends with $?: $got"
	[[ $got == *"$want"* ]] || fail "$*: no $want in: $got"
}

wants "windows/amd64" --version
cat >"$work/state.json" <<'EOF'
{"type": "m.room.third_party_invite", "room_id": "!a:hs", "state_key": "one", "event_id": "$1", "sender": "@ada:hs", "origin_server_ts": 1000, "content": {"display_name": "one", "public_key": "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"}}
EOF
wants "honoured" inspect "$work/state.json"

: >"$work/demo"
"$wine" "$work/mxinvite.exe" demo --listen 127.0.0.1:0 >"$work/demo" 2>"$work/demo.log" &
demo=$!
for ((i = 0; i < 150; i++)); do
	homeserver=$(sed -n 's/\r//; s/^homeserver\t//p' "$work/demo")
	[[ ! $homeserver ]] || break
	kill -0 "$demo" || fail "the demo ended: $(cat "$work/demo.log")"
	sleep 0.2
done
export MXINVITE_VAULT_KIND=plain
wants "Signed in as" login "$homeserver" --with password --user ada <<<lovelace
wants "mailed" send '#compilers' edith@clarke.example --accept-terms --yes
wants "edith" list
echo "The program runs on Windows (Wine)."
