"""A direct automount, as systemd makes one for x-systemd.automount: python3 automount.py MOUNT_POINT IMAGE SECONDS. It
mounts the image at the first access, and prints "mounted" and "expired". Without access for so many seconds it unmounts
the image. Documentation/filesystems/autofs.rst, uapi/linux/auto_dev-ioctl.h."""

import ctypes
import fcntl
import os
import struct
import subprocess
import sys
import threading
import time

point, image, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
OPEN_MOUNT, READY, FAIL, TIMEOUT, EXPIRE = 0x74, 0x76, 0x77, 0x7A, 0x7C
MISSING_DIRECT, EXPIRE_DIRECT = 5, 6
requests, answers = os.pipe()
# The kernel takes this process group for the daemon's, which mounts and is never made to wait.
if os.getpgrp() != os.getpid():
    os.setpgid(0, 0)


def control(number, file=-1, argument=0, path=b""):
    """Asks /dev/autofs, and returns the file descriptor in its answer."""
    name = path + b"\0" if path else b""
    message = bytearray(struct.pack("<IIIiQ", 1, 1, 24 + len(name), file, argument) + name)
    device = os.open("/dev/autofs", os.O_RDONLY)
    try:
        fcntl.ioctl(device, (3 << 30) | (24 << 16) | (0x93 << 8) | number, message, True)
    finally:
        os.close(device)
    return struct.unpack_from("<IIIi", message)[3]


def serve(mount):
    while True:
        _, kind, token = struct.unpack_from("<iiI", os.read(requests, 4096))
        if kind == MISSING_DIRECT:
            subprocess.run(["mount", "-o", "loop", image, point], check=True)
            print("mounted", flush=True)
            control(READY, mount, token)
        elif kind == EXPIRE_DIRECT:
            is_unmounted = subprocess.run(["umount", point]).returncode == 0
            control(READY if is_unmounted else FAIL, mount, token)
            if is_unmounted:
                print("expired", flush=True)


options = f"fd={answers},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct"
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"test", point.encode(), b"autofs", 0, options.encode()) != 0:
    sys.exit(f"autofs: {os.strerror(ctypes.get_errno())}")
device = os.stat(point).st_dev
mount = control(OPEN_MOUNT, argument=os.major(device) << 20 | os.minor(device), path=point.encode())
control(TIMEOUT, mount, seconds)
threading.Thread(target=serve, args=(mount,), daemon=True).start()
print("ready", flush=True)
while True:
    time.sleep(0.5)
    try:
        control(EXPIRE, mount)
    except OSError:
        pass  # Nothing is due.
