#!/bin/sh
# Takes back from the service infra-monitor what grant-drives.sh gave: sudo sh revoke-drives.sh
set -eu
if [ -e /etc/systemd/system/infra-monitor.service.d/drives.conf ]; then
  rm -f /etc/systemd/system/infra-monitor.service.d/drives.conf /etc/udev/rules.d/60-nvme.rules
  rmdir --ignore-fail-on-non-empty /etc/systemd/system/infra-monitor.service.d
  udevadm control --reload || true
  udevadm trigger --settle --subsystem-match=nvme || true
  # udev leaves a node as it is for which no rule says anything.
  for node in /dev/nvme[0-9]*; do
    if [ -c "$node" ] && [ "$(stat -c %G "$node")" = nvme ]; then
      chown root:root "$node"
      chmod 600 "$node"
    fi
  done
  groupdel nvme || true
  systemctl daemon-reload || true
  ! systemctl is-active --quiet infra-monitor || systemctl restart infra-monitor
fi
if [ -L /etc/systemd/system/sockets.target.wants/infra-monitor-drives.socket ]; then
  systemctl --quiet stop infra-monitor-drives.socket infra-monitor-drives.service 2>/dev/null || true
  rm -f /etc/systemd/system/sockets.target.wants/infra-monitor-drives.socket
  rmdir --ignore-fail-on-non-empty /etc/systemd/system/sockets.target.wants
  rm -f /etc/systemd/system/infra-monitor-drives.socket /etc/systemd/system/infra-monitor-drives.service
  systemctl daemon-reload || true
fi
