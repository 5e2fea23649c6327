#!/bin/sh
# Installs infra-monitor, or brings it up to date, of the files beside this one, or else of those of the release:
#   sudo sh install.sh [--from FOLDER_OR_ADDRESS]
# As a package where apt has Node, else as a folder in /opt/infra-monitor, with a Node of its own where there is none that suits, and
# as a service of systemd. It changes nothing before all is here
# and checked, asks nothing without a terminal, and leaves the settings in /etc/infra-monitor.env as they are.
set -eu

version='VERSION'
address='ADDRESS'
place=/opt/infra-monitor
settings=/etc/infra-monitor.env

die() {
  printf 'infra-monitor is not installed: %s\n' "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The same as in src/infra-monitor.js.
node_suits() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 3) || major > 22 ? 0 : 1)' >/dev/null 2>&1
}

# Whether what apt has, or would install, is enough.
apt_has_node() {
  candidate=$(apt-cache policy nodejs 2>/dev/null | sed -n 's/^ *Candidate: //p')
  [ -n "$candidate" ] && [ "$candidate" != '(none)' ] && dpkg --compare-versions "$candidate" ge 20.19
}

# Of a machine whose lists are old or not there.
apt_finds_node() {
  apt_has_node || { apt-get update -qq >/dev/null 2>&1 && apt_has_node; }
}

# fetch FILE: into the scratch folder, held against its sum.
fetch() {
  case $from in
  http://* | https://*)
    if has curl; then curl -fsSL --retry 2 -o "$scratch/$1" "$from/$1"; else wget -qO "$scratch/$1" "$from/$1"; fi || die "$from/$1 can't be fetched"
    ;;
  *) cp "$from/$1" "$scratch/$1" 2>/dev/null || die "$from/$1 is not there" ;;
  esac
}

fetch_checked() {
  fetch SHA256SUMS
  fetch "$1"
  (cd "$scratch" && grep " $1\$" SHA256SUMS | sha256sum -c --status) || die "$1 is not what SHA256SUMS says: fetch it again"
}

install_package() {
  file=infra-monitor_${version}_all.deb
  fetch_checked "$file"
  chmod 755 "$scratch"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$scratch/$file" >"$scratch/log" 2>&1 || {
    tail -n 20 "$scratch/log" >&2
    die 'apt-get failed (see above)'
  }
}

# install_folder FILE: the new one takes the place of the old one in one step, or not at all.
install_folder() {
  [ ! -e "$place/.git" ] || die "$place is a clone: bring it up to date with git, or move it away"
  fetch_checked "$1"
  rm -rf "$place.new" "$place.old"
  mkdir -p "$place.new"
  tar -xzf "$scratch/$1" -C "$place.new" --strip-components=1 --no-same-owner || die "there is no room for it in $place.new"
  # Its own, or else the one that was found.
  command=$place.new/bin/infra-monitor
  [ -e "$command" ] || command=$place.new/dist/infra-monitor.js
  "$command" --version >/dev/null || die 'the program does not start here'
  node=$place/bin/node
  [ -e "$place.new/bin/node" ] || node=$(command -v node)
  [ ! -e "$place" ] || mv "$place" "$place.old"
  mv "$place.new" "$place" || {
    [ ! -e "$place.old" ] || mv "$place.old" "$place"
    die "$place can't be written"
  }
  rm -rf "$place.old"
  mkdir -p /usr/local/bin
  ln -sf "$place${command#"$place.new"}" /usr/local/bin/infra-monitor
  [ -e "$settings" ] || install -m 600 /dev/null "$settings"
  [ -d /run/systemd/system ] || return 0
  sed "s|/usr/bin/node |$node |" "$place/docs/systemd/infra-monitor.service" >/etc/systemd/system/infra-monitor.service
  systemctl daemon-reload
  systemctl enable --quiet infra-monitor
  systemctl restart infra-monitor || printf 'The service does not start yet: journalctl -u infra-monitor\n' >&2
}

main() {
  from=$(dirname "$0")
  [ -e "$from/SHA256SUMS" ] || [ -z "$address" ] || from=$address
  while [ $# -gt 0 ]; do
    case $1 in
    --from) from=${2:?--from wants a folder or an address}; shift 2 ;;
    *) die "$1 is not known: sh install.sh [--from FOLDER_OR_ADDRESS]" ;;
    esac
  done
  system=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null | tr -d '"')
  case $system in haos | hassos) die 'Home Assistant OS runs apps alone: install the app instead' ;; esac
  [ -z "${SUPERVISOR_TOKEN:-}" ] || die 'this is an app of Home Assistant OS: install the app of infra-monitor instead'
  [ "$(uname -s)" = Linux ] || die "it is made for Linux, this is $(uname -s): see the README for others"
  [ "$(id -u)" = 0 ] || die 'it wants root: sudo sh install.sh'
  has sha256sum || die 'it wants sha256sum'

  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch" "$place.new"' EXIT
  if has dpkg && has apt-get && apt_finds_node; then
    [ ! -e /etc/systemd/system/infra-monitor.service ] || die 'it is here already, without a package: sudo infra-monitor uninstall --keep-settings, then again'
    install_package
  elif has node && node_suits; then
    install_folder "infra-monitor-$version.tar.gz"
  else
    case $(uname -m) in
    x86_64) install_folder "infra-monitor-$version-linux-x64.tar.gz" ;;
    aarch64) install_folder "infra-monitor-$version-linux-arm64.tar.gz" ;;
    *) die "it needs Node 20.19 or newer (of 22: 22.3), which is not here, and has none of its own for $(uname -m)" ;;
    esac
  fi

  printf 'infra-monitor %s is installed.\n' "$(infra-monitor --version)"
  if [ -n "${MQTT_URL:-}" ]; then
    infra-monitor setup
  elif [ -t 1 ] && [ -r /dev/tty ]; then
    infra-monitor setup </dev/tty
  else
    printf 'To tell it your broker: sudo infra-monitor setup\n'
  fi
}

# Last, so that a file of which only a part arrived does nothing.
main "$@"
