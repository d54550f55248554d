#!/bin/sh
# Installs what the tests need from the system: `tools/system.sh chromium postgresql fonts poppler`.
# Quick when everything is there. Without root, sudo and apt it prints the one command and ends with status 3.
set -eu

fonts_present() {
    for folder in /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" /Library/Fonts; do
        [ -d "$folder" ] || continue
        if [ -n "$(find -L "$folder" -name "$1" -print 2>/dev/null | head -n 1)" ]; then return 0; fi
    done
    return 1
}

postgresql_present() {
    command -v initdb >/dev/null 2>&1 && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    return 1
}

packages=
for need in "$@"; do
    case $need in
    chromium)
        command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
            command -v google-chrome >/dev/null 2>&1 || packages="$packages chromium"
        ;;
    postgresql) postgresql_present || packages="$packages postgresql" ;;
    fonts)
        fonts_present 'NotoSansCJK*' || packages="$packages fonts-noto-cjk"
        fonts_present 'NotoSansArabic*' || packages="$packages fonts-noto-core"
        ;;
    nginx) [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null 2>&1 || packages="$packages nginx-light" ;;
    caddy) command -v caddy >/dev/null 2>&1 || packages="$packages caddy" ;;
    poppler) command -v pdftotext >/dev/null 2>&1 || packages="$packages poppler-utils" ;;
    *) packages="$packages $need" ;;
    esac
done
[ -n "$packages" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    if [ -n "${CI:-}" ] || [ ! -t 0 ]; then as_root="sudo -n"; else as_root="sudo"; fi
    command -v sudo >/dev/null 2>&1 || as_root=none
fi
if [ "$as_root" = none ] || ! command -v apt-get >/dev/null 2>&1; then
    if command -v apt-get >/dev/null 2>&1; then manager="apt-get install"
    elif command -v dnf >/dev/null 2>&1; then manager="dnf install"
    elif command -v pacman >/dev/null 2>&1; then manager="pacman -S"
    elif command -v apk >/dev/null 2>&1; then manager="apk add"
    elif command -v brew >/dev/null 2>&1; then manager="brew install"
    else manager="your package manager, install"; fi
    echo "Missing on this machine. Run once (names as in Debian): $manager$packages" >&2
    exit 3
fi

echo "Installing from the system's packages:$packages (once; this may take some minutes)"
log=$(mktemp)
install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >>"$log" 2>&1
}
if ! install; then
    # The list of packages may be absent or old.
    if ! { $as_root apt-get update -q >>"$log" 2>&1 && install; }; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        echo "That did not work. Run once by hand: apt-get install$packages" >&2
        exit 3
    fi
fi
rm -f "$log"
