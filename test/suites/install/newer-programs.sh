#!/usr/bin/env bash
# Unpacks Docker Compose 2, podman-compose and Podman's generator of units, as Debian 13 has them, into FOLDER, where this machine has older
# ones. Nothing of it is installed.
set -euo pipefail
folder=$(realpath -m "${1:?usage: newer-programs.sh FOLDER}")
[ ! -e "$folder/usr/libexec/podman/quadlet" ] || exit 0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
mkdir -p "$scratch"/{lists,cache/archives}/partial "$folder"
echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main' >"$scratch/sources.list"
options=(-qq -o "Dir::Etc::sourcelist=$scratch/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User=root)
cd "$scratch"
apt-get "${options[@]}" update
apt-get "${options[@]}" download docker-compose podman-compose podman
for package in podman-compose_* docker-compose_* podman_*; do dpkg-deb --extract "$package" "$folder"; done
