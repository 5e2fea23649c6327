#!/bin/sh
# Lets the service infra-monitor read the health of drives: sudo sh grant-drives.sh [--capability]
# By a helper that asks them as root, so that the service needs no right; with --capability by the right to send NVMe drives commands,
# with which they can also be erased.
set -eu
cd "$(dirname "$0")"
sh ./revoke-drives.sh
if [ "${1:-}" = --capability ]; then
  groupadd --system --force nvme
  install -D -m 644 60-nvme.rules -t /etc/udev/rules.d
  udevadm control --reload
  udevadm trigger --settle --subsystem-match=nvme
  install -D -m 644 drives.conf -t /etc/systemd/system/infra-monitor.service.d
  systemctl daemon-reload
else
  # The Debian package has the units already.
  if [ ! -e /usr/lib/systemd/system/infra-monitor-drives.socket ]; then
    SYSTEMD_NSS_DYNAMIC_BYPASS=1 systemd-sysusers "$PWD/sysusers.conf"
    install -m 644 infra-monitor-drives.socket -t /etc/systemd/system
    # The same program as that of the service.
    program=$(sed -n 's/^ExecStart=\(.*\) --env .*/\1/p' /etc/systemd/system/infra-monitor.service 2>/dev/null || true)
    sed "s|^ExecStart=.* drives-helper|ExecStart=${program:-/usr/bin/node /opt/infra-monitor/dist/infra-monitor.js} drives-helper|" \
      infra-monitor-drives.service >/etc/systemd/system/infra-monitor-drives.service
    systemctl daemon-reload
  fi
  systemctl enable --quiet --now infra-monitor-drives.socket
fi
! systemctl is-active --quiet infra-monitor || systemctl restart infra-monitor
