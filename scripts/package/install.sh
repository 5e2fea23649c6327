#!/bin/sh
# Installs or updates infra-monitor from the files next to this one, or from the published release:
#   sudo sh install.sh [--from FOLDER_OR_URL]
# It installs the Debian package if apt has a suitable Node.js, otherwise to /opt/infra-monitor, as a single file with Node.js in it if
# necessary. It changes nothing until all files are downloaded and verified, asks nothing without a terminal, and keeps /etc/infra-monitor.env.
# In braces: of a download that is cut off, the shell does nothing, and says so.
{
set -eu
# What is installed is for all users, whatever the caller's umask is.
umask 022

version='VERSION'
address='ADDRESS'
place=/opt/infra-monitor
settings=/etc/infra-monitor.env
unit=/etc/systemd/system/infra-monitor.service
link=/usr/local/bin/infra-monitor
# In a function, zsh has the function's name in it.
script=$0

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
  if [ -f "$script" ]; then printf 'sudo sh %s%s' "$script" "$words"; else printf 'pipe the script into “sudo sh”'; fi
}

# Ends with the trap of EXIT, which dash would leave out.
interruptible() { trap 'exit 1' HUP INT TERM; }

has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as nobody, if that is possible: BusyBox's setpriv cannot. While setpriv starts env it still has the rights of root.
as_nobody() {
  nobody='setpriv --reuid=65534 --regid=65534 --clear-groups env'
  if $nobody true >/dev/null 2>&1; then $nobody "$@"; else "$@"; fi
}

# The same as in src/infra-monitor.js; one in a home folder, as of nvm, is not for the service's user.
node_suits() {
  node=$(command -v node) && as_nobody "$node" -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 3) || major > 22 ? 0 : 1)' >/dev/null 2>&1
}

# Whether the Node.js that apt has installed, or would install, is suitable.
apt_has_node() {
  candidate=$(LC_ALL=C apt-cache policy nodejs 2>/dev/null | sed -n 's/^ *Candidate: //p')
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
    has curl || has wget || die 'curl or wget is required to download: install one of them, or download the release to a folder'
    if has curl; then curl -fsSL --retry 2 -o "$scratch/$1" "$from/$1"; else wget -qO "$scratch/$1" "$from/$1"; fi || die "$from/$1 could not be downloaded"
    ;;
  *)
    [ -e "$from/$1" ] || die "$from/$1 does not exist: --from names the folder or URL with the files of the release"
    cp "$from/$1" "$scratch/$1" || die "$from/$1 could not be copied to $scratch (see above)"
    ;;
  esac
}

fetch_checked() {
  fetch SHA256SUMS
  fetch "$1"
  (cd "$scratch" && grep " $1\$" SHA256SUMS | sha256sum -c >/dev/null 2>&1) || die "$1 does not match SHA256SUMS: download it again"
}

# apt_install OPTION…: without the option, apt would leave a package of the same version as it is.
apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --reinstall "$@" "$scratch/$file" >"$scratch/log" 2>&1
}

install_package() {
  file=infra-monitor_${version}_all.deb
  program=/usr/bin/infra-monitor
  fetch_checked "$file"
  chmod 755 "$scratch"
  apt_install && return 0
  # What it recommends may be missing, as without a network.
  if apt_install --no-install-recommends; then
    printf 'apt could not install what the package recommends. To try again: sudo apt install iputils-ping nvme-cli smartmontools\n' >&2
  else
    tail -n 20 "$scratch/log" >&2
    die 'apt-get failed (see above)'
  fi
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
  rmdir "$place" 2>/dev/null || true
  [ ! -e "$place" ] || [ -e "$place/dist/infra-monitor.js" ] || [ -e "$place/bin/infra-monitor" ] || die "$place exists, but not with infra-monitor in it: move it away"
  if [ -e "$link" ] || [ -L "$link" ]; then
    case $(readlink "$link") in
    "$place"/*) ;;
    *) die "$link belongs to another installation: remove that first (with npm: npm uninstall --global home-lab-infra-monitor)" ;;
    esac
  fi
  mkdir -p /usr/local/bin || die 'there is no /usr/local/bin, and it cannot be created'
  for folder in "$(dirname "$place")" /usr/local/bin /etc; do
    [ ! -d "$folder" ] || [ -w "$folder" ] || die "$folder cannot be written: is it on a read-only file system?"
  done
  program=$link
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
    start="$node $place/$command"
  fi
  "$place.new/$command" --version >/dev/null || die 'the program does not start on this system'
  if [ -d /run/systemd/system ]; then
    # A service with DynamicUser=, as earlier versions had it, has a user of that name for as long as it runs, which must not count.
    SYSTEMD_NSS_DYNAMIC_BYPASS=1 systemd-sysusers "$place.new/docs/systemd/sysusers.conf" || die 'the user infra-monitor could not be created'
  fi
  # From here to the end it is not to be interrupted.
  trap '' HUP INT TERM
  [ ! -e "$place" ] || keep_foreign_files || die "the files in $place that are not part of infra-monitor could not be kept"
  [ ! -e "$place" ] || mv "$place" "$place.old"
  mv "$place.new" "$place" || {
    [ ! -e "$place.old" ] || mv "$place.old" "$place"
    die "$place could not be replaced"
  }
  rm -rf "$place.old"
  ln -sf "$place/$command" "$link"
  [ -e "$settings" ] || (umask 077 && : >"$settings")
  [ -d /run/systemd/system ] || return 0
  sed "s|^ExecStart=/usr/bin/node $place/dist/infra-monitor.js |ExecStart=$start |" "$place/docs/systemd/infra-monitor.service" >"$scratch/unit"
  [ -e "$unit" ] || new=yes
  cp "$scratch/unit" "$unit"
  # The helper for drives, where it was chosen.
  [ ! -e /etc/systemd/system/infra-monitor-drives.socket ] || sh "$place/docs/systemd/grant-drives.sh"
  systemctl daemon-reload
  # One that was disabled by hand stays so.
  if [ -n "${new:-}" ]; then systemctl enable --quiet infra-monitor; fi
  [ "$(readlink "$unit")" != /dev/null ] || printf 'The service is masked, and was not installed. To have it: sudo systemctl unmask infra-monitor, and run this again\n' >&2
  systemctl is-enabled --quiet infra-monitor || systemctl is-active --quiet infra-monitor || return 0
  systemctl restart infra-monitor || printf 'The service did not start; for details: journalctl -u infra-monitor\n' >&2
}

# install_single_file ARCHITECTURE
install_single_file() {
  archive=infra-monitor-$version-linux-$1.tar.gz
  fetch SHA256SUMS
  grep -q " $archive\$" "$scratch/SHA256SUMS" || die "there is no Node.js 20.19 or later that all users can run, and this release has no $archive, which includes one: npm run package:single creates it"
  install_folder "$archive"
}

main() {
  from=$(dirname "$script")
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
  for tool in sha256sum tar gzip find; do has "$tool" || die "$tool is required"; done

  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch" "$place.new"' EXIT
  interruptible
  # What is installed as a folder stays one.
  if [ ! -e "$place/installed-files.txt" ] && has dpkg && has apt-get && apt_finds_node; then
    [ ! -e "$unit" ] || die 'it is already installed without a package: run sudo infra-monitor uninstall --keep-settings first'
    install_package
  elif node_suits; then
    install_folder "infra-monitor-$version.tar.gz"
  else
    case $(uname -m) in
    x86_64) install_single_file x64 ;;
    aarch64) install_single_file arm64 ;;
    *) die "Node.js 20.19 or later (or 22.3 or later) is required, and none is bundled for $(uname -m)" ;;
    esac
  fi

  interruptible
  printf 'infra-monitor %s is installed.\n' "$("$program" --version)"
  called=infra-monitor
  other=$(command -v infra-monitor) || called=$program
  [ -z "$other" ] || [ "$other" -ef "$program" ] || printf 'The command infra-monitor is another one, %s: remove that (with npm: npm uninstall --global home-lab-infra-monitor), or run %s\n' "$other" "$program" >&2
  if [ -n "${MQTT_URL:-}" ]; then
    "$program" setup
  elif [ -t 1 ] && [ -r /dev/tty ]; then
    "$program" setup </dev/tty
  else
    printf 'To set it up: sudo %s setup\n' "$called"
  fi
}

main "$@"
}
