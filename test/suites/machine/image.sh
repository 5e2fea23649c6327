#!/usr/bin/env bash
# Builds a small Debian 13 that boots in QEMU, with a kernel of its own and all that the agent's runbooks name, into FOLDER:
# vmlinuz, initrd, root.ext4 and the key that lets root in over SSH. Needs root, debootstrap and e2fsprogs; two to three minutes, once.
# With SUITE, a Debian of that name that has nothing of what the agent needs; with `pools` in its place, also Debian's tools for RAID,
# Btrfs and LVM.
set -euo pipefail
folder=$(realpath -m "${1:?usage: image.sh FOLDER [SUITE]}")
suite=${2:-}
tools=
if [ "$suite" = pools ]; then suite='' tools=,mdadm,btrfs-progs,lvm2,thin-provisioning-tools,dmsetup,e2fsprogs; fi
[ ! -e "$folder/root.ext4" ] || exit 0
root=$folder/root
mkdir -p "$folder"

packages=linux-image-amd64,kmod,udev,systemd-sysv,dbus,iproute2,procps,util-linux,openssh-server,sudo
# libnss-systemd, which Debian recommends, makes names of the users of services with DynamicUser=.
[ -n "$suite" ] || packages=$packages,libnss-systemd,iputils-ping,nvme-cli,smartmontools,nodejs$tools
[ -d "$root/opt" ] || debootstrap --variant=minbase --include="$packages" "${suite:-trixie}" "$root"

cat >"$root/etc/systemd/network/wired.network" <<'UNIT'
[Match]
Name=en*
[Network]
DHCP=ipv4
UNIT
ln -sf /usr/lib/systemd/system/systemd-networkd.service "$root/etc/systemd/system/multi-user.target.wants/"

echo '/dev/vda / ext4 defaults 0 0' >"$root/etc/fstab"
if [ -z "$suite" ]; then
  # The agent comes from the working copy, read-only.
  mkdir -p "$root/opt/infra-monitor"
  echo 'agent /opt/infra-monitor 9p ro,trans=virtio,version=9p2000.L,nofail 0 0' >>"$root/etc/fstab"
fi
echo lab >"$root/etc/hostname"
grep -q lab "$root/etc/hosts" || echo '127.0.0.1 localhost lab' >>"$root/etc/hosts"
rm -f "$root/etc/machine-id"
echo uninitialized >"$root/etc/machine-id"

[ -e "$folder/key" ] || ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
install -d -m 700 "$root/root/.ssh"
install -m 600 "$folder/key.pub" "$root/root/.ssh/authorized_keys"

cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/boot/initrd.img-* "$folder/initrd"
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
truncate -s 2G "$folder/root.part"
mke2fs -q -t ext4 -d "$root" "$folder/root.part"
mv "$folder/root.part" "$folder/root.ext4"
rm -rf "$root"
