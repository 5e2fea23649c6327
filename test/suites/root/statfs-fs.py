"""A file system of one empty folder that answers statfs with these numbers: python3 statfs-fs.py MOUNT_POINT SUBTYPE
BLOCKS FREE AVAILABLE INODES FREE_INODES BLOCK_SIZE. Debian: python3-fusepy."""

import stat
import sys

from fusepy import FUSE, Operations

point, subtype, *numbers = sys.argv[1:]
blocks, free, available, inodes, free_inodes, size = (int(number) % 2**64 for number in numbers)


class Statfs(Operations):
    def getattr(self, path, fh=None):
        return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}

    def statfs(self, path):
        return {
            "f_bsize": size,
            "f_frsize": size,
            "f_blocks": blocks,
            "f_bfree": free,
            "f_bavail": available,
            "f_files": inodes,
            "f_ffree": free_inodes,
        }


FUSE(Statfs(), point, foreground=True, fsname="statfs", subtype=subtype)
