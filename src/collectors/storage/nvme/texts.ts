import { commonDriveTexts } from '../texts.ts';

/** What is said of an NVMe drive. */
export const nvmeTexts = {
  ...commonDriveTexts,
  reportsProblem: 'the drive reports a problem',
  clearsWhenDriveReportsNone: 'when the drive reports no problem; media errors when you acknowledge them',
  restartThenReplace: 'restart the machine; if it comes back, replace the drive',
  controllerDead: 'the controller is dead',
  spareLow: (percent: number | undefined, threshold: number | undefined) =>
    `available spare below threshold${percent === undefined ? '' : ` (${percent} %, threshold ${threshold ?? '?'} %)`}`,
  reliabilityDegraded: 'reliability degraded',
  readOnly: 'read-only',
  backupFailed: 'backup of the volatile memory failed',
  memoryRegionUnreliable: 'persistent memory region read-only or unreliable',
  missingDrive: (name: string, found: string) =>
    `NVME_DEVICES: there is no drive ${name}; drives found: ${found || 'none'}`,
  newMediaErrors: (count: bigint, total: bigint) =>
    `${count} new media error${count === 1n ? '' : 's'} (${total} in all)`,
};

export type NvmeTexts = typeof nvmeTexts;
