#!/usr/bin/env bash
# What the browser tests need beside Python packages: Chromium and a Chinese font, from Debian's packages.
# Installing needs root once; afterwards anybody can run the tests.
set -euo pipefail

chromium=${CHROMIUM:-/usr/bin/chromium}
font() { fc-list ':lang=zh' 2>/dev/null | grep -q .; }

if [ -x "$chromium" ] && font; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "The browser tests need Chromium (at $chromium, or where CHROMIUM points) and a Chinese font." >&2
  echo "Install them once as root:  apt-get update && apt-get install -y chromium fonts-noto-cjk" >&2
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig
[ -x "$chromium" ] || { echo "apt-get installed Chromium, but there is none at $chromium" >&2; exit 1; }
