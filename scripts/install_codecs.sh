#!/bin/sh
# Install the codec libraries that Debian and Ubuntu carry, where this user may; otherwise print the line to run.
# Never fails: without a library its codecs are listed as unavailable (python -m kowhisper_tel.run simulate --list).
PACKAGES="libbcg729-0 libgsm1 libspandsp2 libspeex1 libvo-amrwbenc0"

if ! command -v apt-get >/dev/null 2>&1; then
    echo "codecs: no apt-get here; install these libraries with your system's package manager: $PACKAGES"
    exit 0
fi
missing=""
for package in $PACKAGES; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

line="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    sudo=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "codecs: for the codecs that need system libraries, run: sudo $line"
    exit 0
fi
echo "codecs: installing$missing"
if ! { $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo $line -qq; } >/dev/null 2>&1; then
    echo "codecs: that did not work; run it by hand: ${sudo:+sudo }apt-get update && ${sudo:+sudo }$line"
fi
exit 0
