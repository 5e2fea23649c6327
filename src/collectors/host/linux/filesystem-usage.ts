/** What statfs(2) returns; undefined where it could not be parsed. */
export interface StatfsResult {
  blockSize: bigint;
  blocks: bigint | undefined;
  freeBlocks: bigint | undefined;
  availableBlocks: bigint | undefined;
  inodes: bigint | undefined;
  freeInodes: bigint | undefined;
}

/** Usage of a file system; what it does not tell is undefined. */
export interface FilesystemUsage {
  /** Bytes. */
  total?: number | undefined;
  /** Bytes that users without privileges can use. */
  available?: number | undefined;
  /** Used share of what users without privileges can use, from 0 to 1. */
  usedRatio?: number | undefined;
  /** Used share of the inodes, from 0 to 1. */
  inodesUsedRatio?: number | undefined;
}

/** −1 and the greatest numbers of 32 and 64 bits mean “unknown” or “unlimited”. */
const isFiller = (count: bigint) =>
  BigInt.asIntN(64, count) === -1n ||
  [2n ** 63n - 1n, 2n ** 32n - 1n, 2n ** 31n - 1n].includes(BigInt.asUintN(64, count));

/** A signed number of bytes. Some servers send a negative number, and their clients take it for an unsigned one. */
const bytesOf = (blocks: bigint | undefined, blockSize: bigint): number | undefined =>
  blocks === undefined || isFiller(blocks) ? undefined : Number(BigInt.asIntN(64, blocks * blockSize));

const countOf = (count: bigint | undefined) => bytesOf(count, 1n);

/** Cloud storage without a quota has a made-up size: rclone 1 PiB, s3fs 64 PiB or 16 EiB. */
const smallestMadeUpBytes = 1e15;
const impossibleBytes = 2 ** 56;

/** No file system that somebody counts is free to the last block. Without the numbers of its server, a client tells
 * such a size, whatever it is: sshfs 1000 GiB, curlftpfs 954 GiB. */
const isMadeUp = (total: number, free: number | undefined, isRemote: boolean) =>
  total >= impossibleBytes ||
  (free === total && (isRemote || total >= smallestMadeUpBytes)) ||
  (total >= smallestMadeUpBytes && Number.isInteger(Math.log2(total)));

function inodesUsedRatio(inodes: number | undefined, free: number | undefined): number | undefined {
  // Without a limit or count there are none or all free; CephFS has −1 free.
  if (inodes === undefined || free === undefined || inodes <= 0 || free < 0 || free >= inodes) return undefined;
  return (inodes - free) / inodes;
}

/** Interprets a result of statfs, which has many ways to say that something is unknown. `isRemote`: a server or another
 * process has answered. */
export function usageOfStatfs(result: StatfsResult, isRemote: boolean): FilesystemUsage {
  const total = bytesOf(result.blocks, result.blockSize);
  const free = bytesOf(result.freeBlocks, result.blockSize);
  const available = bytesOf(result.availableBlocks, result.blockSize);
  const inodes = { inodesUsedRatio: inodesUsedRatio(countOf(result.inodes), countOf(result.freeInodes)) };
  if (total === undefined || total <= 0 || isMadeUp(total, free, isRemote)) return inodes;
  if ((free ?? 0) > total || (available ?? 0) > total) return inodes;
  // What is available is negative while privileged users fill the reserve.
  const usable = available === undefined ? undefined : Math.max(0, available);
  if (free === undefined || free < 0 || usable === undefined) return { total, available: usable, ...inodes };
  const used = total - free;
  return {
    total,
    available: usable,
    usedRatio: used + usable > 0 ? used / (used + usable) : undefined,
    ...inodes,
  };
}
