"""A file system of one empty folder: python3 sleepy-fs.py MOUNT_POINT. Debian: python3-fusepy."""

import stat
import sys

from fusepy import FUSE, Operations


class Sleepy(Operations):
    def getattr(self, path, fh=None):
        return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}

    def statfs(self, path):
        # Counted in fragments, as remote file systems do: f_bsize is only what is best written at a time.
        return {"f_bsize": 131072, "f_frsize": 4096, "f_blocks": 10_000_000, "f_bfree": 6_000_000, "f_bavail": 5_000_000, "f_files": 100, "f_ffree": 90}


FUSE(Sleepy(), sys.argv[1], foreground=True, fsname="sleepy", subtype="sleepy")
