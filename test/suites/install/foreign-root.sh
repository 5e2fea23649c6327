#!/usr/bin/env bash
# Unpacks a Debian 13 of another architecture, with Node.js, into FOLDER, for QEMU's user emulation: nothing of it is run or configured.
# A minute, once.
set -euo pipefail
architecture=${1:?usage: foreign-root.sh ARCHITECTURE FOLDER}
folder=$(realpath -m "${2:?usage: foreign-root.sh ARCHITECTURE FOLDER}")
[ ! -e "$folder/usr/bin/node" ] || exit 0
rm -rf "$folder" "$folder.part"
debootstrap --foreign --arch="$architecture" --variant=minbase --include=nodejs trixie "$folder.part"
for package in "$folder.part"/var/cache/apt/archives/*.deb; do dpkg-deb --extract "$package" "$folder.part"; done
rm -rf "$folder.part"/var/cache/apt "$folder.part"/debootstrap
mv "$folder.part" "$folder"
