#!/bin/sh
# Gives the service infra-monitor the right to ask NVMe drives for their health: sudo sh grant-drives.sh
set -eu
cd "$(dirname "$0")"
groupadd --system --force nvme
install -D -m 644 60-nvme.rules -t /etc/udev/rules.d
udevadm control --reload
udevadm trigger --settle --subsystem-match=nvme
install -D -m 644 drives.conf -t /etc/systemd/system/infra-monitor.service.d
systemctl daemon-reload
! systemctl is-active --quiet infra-monitor || systemctl restart infra-monitor
