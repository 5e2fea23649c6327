#!/bin/sh
# Takes back from the service infra-monitor what grant-drives.sh gave: sudo sh revoke-drives.sh
set -eu
if [ -e /etc/systemd/system/infra-monitor.service.d/drives.conf ]; then
  rm -f /etc/systemd/system/infra-monitor.service.d/drives.conf /etc/udev/rules.d/60-nvme.rules
  rmdir --ignore-fail-on-non-empty /etc/systemd/system/infra-monitor.service.d
  udevadm control --reload || true
  udevadm trigger --settle --subsystem-match=nvme || true
  # udev leaves a node as it is for which no rule says anything.
  find /dev -maxdepth 1 -type c -name 'nvme*' -group nvme -exec chown root:root {} + -exec chmod 600 {} + || true
  groupdel nvme || true
  systemctl daemon-reload || true
  ! systemctl is-active --quiet infra-monitor || systemctl restart infra-monitor
fi
