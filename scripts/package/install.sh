#!/bin/sh
# Installs or updates infra-monitor from the files next to this one, or from the published release:
#   sudo sh install.sh [--from FOLDER_OR_URL]
# It installs the Debian package if apt has a suitable Node.js, otherwise to /opt/infra-monitor, as a single file with Node.js in it if
# necessary. It changes nothing until all files are downloaded and verified, asks nothing without a terminal, and keeps /etc/infra-monitor.env.
# In braces: of a download that is cut off, the shell does nothing, and says so.
{
set -eu

version='VERSION'
address='ADDRESS'
place=/opt/infra-monitor
settings=/etc/infra-monitor.env

die() {
  printf 'infra-monitor was not installed: %s\n' "$*" >&2
  exit 1
}

usage() {
  cat <<'USAGE'
Usage: sudo sh install.sh [--from FOLDER_OR_URL]

Installs or updates infra-monitor. With MQTT_URL in its environment, or in a terminal, it also sets up the service.

  --from FOLDER_OR_URL  the files of the release; by default those next to this script
  --help                show this help
USAGE
}

# A wrong command line.
refuse() {
  printf '%s\n\n' "$*" >&2
  usage >&2
  exit 2
}

# as_root ARGUMENT…: how to run this as root. A script that is read from a pipe has no path.
as_root() {
  words=
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./:@%+=-]*) word="'$word'" ;; esac
    words="$words $word"
  done
  if [ -f "$0" ]; then printf 'sudo sh %s%s' "$0" "$words"; else printf 'pipe the script into “sudo sh”'; fi
}

has() { command -v "$1" >/dev/null 2>&1; }

# The same as in src/infra-monitor.js.
node_suits() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 3) || major > 22 ? 0 : 1)' >/dev/null 2>&1
}

# Whether the Node.js that apt has installed, or would install, is suitable.
apt_has_node() {
  candidate=$(apt-cache policy nodejs 2>/dev/null | sed -n 's/^ *Candidate: //p')
  [ -n "$candidate" ] && [ "$candidate" != '(none)' ] && dpkg --compare-versions "$candidate" ge 20.19
}

# Updates the package lists if necessary.
apt_finds_node() {
  apt_has_node || { apt-get update -qq >/dev/null 2>&1 && apt_has_node; }
}

# fetch FILE: to the scratch folder.
fetch() {
  case $from in
  http://* | https://*)
    if has curl; then curl -fsSL --retry 2 -o "$scratch/$1" "$from/$1"; else wget -qO "$scratch/$1" "$from/$1"; fi || die "$from/$1 could not be downloaded"
    ;;
  *) cp "$from/$1" "$scratch/$1" 2>/dev/null || die "$from/$1 does not exist: --from names the folder or URL with the files of the release" ;;
  esac
}

fetch_checked() {
  fetch SHA256SUMS
  fetch "$1"
  (cd "$scratch" && grep " $1\$" SHA256SUMS | sha256sum -c --status) || die "$1 does not match SHA256SUMS: download it again"
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

# Takes along what somebody else has put into the folder. Before there was a list, everything in it counts that the new version has too.
keep_foreign_files() {
  list=$place/installed-files.txt
  [ -e "$list" ] || list=$place.new/installed-files.txt
  (cd "$place" && find . ! -type d) | sed 's,^\./,,' | grep -Fxv -f "$list" | while IFS= read -r file; do
    if [ ! -e "$place.new/$file" ]; then
      mkdir -p "$place.new/$(dirname "$file")" && cp -a "$place/$file" "$place.new/$file" || exit 1
    fi
  done
}

# install_folder FILE: replaces the installed version in one step, or not at all.
install_folder() {
  [ ! -e "$place/.git" ] || die "$place is a clone: update it with git, or move it away"
  [ ! -e "$place" ] || [ -e "$place/dist/infra-monitor.js" ] || [ -e "$place/bin/infra-monitor" ] || die "$place exists, but not with infra-monitor in it: move it away"
  fetch_checked "$1"
  rm -rf "$place.new" "$place.old"
  mkdir -p "$place.new"
  tar -xzf "$scratch/$1" -C "$place.new" --strip-components=1 --no-same-owner || die "$1 could not be extracted to $place.new"
  # What uninstall may remove.
  (cd "$place.new" && find . ! -type d | sed 's,^\./,,' && echo installed-files.txt) >"$scratch/installed"
  cp "$scratch/installed" "$place.new/installed-files.txt"
  # The single file, or the program for the installed Node.js.
  command=bin/infra-monitor
  start=$place/$command
  if [ ! -e "$place.new/$command" ]; then
    command=dist/infra-monitor.js
    start="$(command -v node) $place/$command"
  fi
  "$place.new/$command" --version >/dev/null || die 'the program does not start on this system'
  if [ -d /run/systemd/system ]; then
    # A service with DynamicUser=, as earlier versions had it, has a user of that name for as long as it runs, which must not count.
    SYSTEMD_NSS_DYNAMIC_BYPASS=1 systemd-sysusers "$place.new/docs/systemd/sysusers.conf" || die 'the user infra-monitor could not be created'
  fi
  [ ! -e "$place" ] || keep_foreign_files || die "the files in $place that are not part of infra-monitor could not be kept"
  [ ! -e "$place" ] || mv "$place" "$place.old"
  mv "$place.new" "$place" || {
    [ ! -e "$place.old" ] || mv "$place.old" "$place"
    die "$place could not be replaced"
  }
  rm -rf "$place.old"
  mkdir -p /usr/local/bin
  ln -sf "$place/$command" /usr/local/bin/infra-monitor
  [ -e "$settings" ] || install -m 600 /dev/null "$settings"
  [ -d /run/systemd/system ] || return 0
  sed "s|^ExecStart=/usr/bin/node $place/dist/infra-monitor.js |ExecStart=$start |" "$place/docs/systemd/infra-monitor.service" >/etc/systemd/system/infra-monitor.service
  # The helper for drives, where it was chosen.
  [ ! -e /etc/systemd/system/infra-monitor-drives.socket ] || sh "$place/docs/systemd/grant-drives.sh"
  systemctl daemon-reload
  systemctl enable --quiet infra-monitor
  systemctl restart infra-monitor || printf 'The service did not start; for details: journalctl -u infra-monitor\n' >&2
}

main() {
  from=$(dirname "$0")
  [ -e "$from/SHA256SUMS" ] || [ -z "$address" ] || from=$address
  hint=$(as_root "$@")
  while [ $# -gt 0 ]; do
    case $1 in
    --help | -h) usage; exit 0 ;;
    --from)
      case ${2:-} in '' | -*) refuse '--from requires a folder or a URL' ;; esac
      from=$2
      shift 2
      ;;
    --from=?*)
      from=${1#--from=}
      shift
      ;;
    --from=) refuse '--from requires a folder or a URL' ;;
    *) refuse "unknown argument: $1" ;;
    esac
  done
  case $from in ?*/) from=${from%/} ;; esac
  system=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null | tr -d '"')
  case $system in haos | hassos) die 'Home Assistant OS only runs apps: install the app instead' ;; esac
  [ -z "${SUPERVISOR_TOKEN:-}" ] || die 'this is an app of Home Assistant OS: install the infra-monitor app instead'
  [ "$(uname -s)" = Linux ] || die "this is $(uname -s), and the installer supports Linux only: see the README"
  [ "$(id -u)" = 0 ] || die "root is required: $hint"
  has sha256sum || die 'sha256sum is required'

  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch" "$place.new"' EXIT
  if has dpkg && has apt-get && apt_finds_node; then
    [ ! -e /etc/systemd/system/infra-monitor.service ] || die 'it is already installed without a package: run sudo infra-monitor uninstall --keep-settings first'
    install_package
  elif has node && node_suits; then
    install_folder "infra-monitor-$version.tar.gz"
  else
    case $(uname -m) in
    x86_64) install_folder "infra-monitor-$version-linux-x64.tar.gz" ;;
    aarch64) install_folder "infra-monitor-$version-linux-arm64.tar.gz" ;;
    *) die "Node.js 20.19 or later (or 22.3 or later) is required, and none is bundled for $(uname -m)" ;;
    esac
  fi

  printf 'infra-monitor %s is installed.\n' "$(infra-monitor --version)"
  if [ -n "${MQTT_URL:-}" ]; then
    infra-monitor setup
  elif [ -t 1 ] && [ -r /dev/tty ]; then
    infra-monitor setup </dev/tty
  else
    printf 'To set it up: sudo infra-monitor setup\n'
  fi
}

main "$@"
}
