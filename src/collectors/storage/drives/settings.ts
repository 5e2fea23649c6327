import * as z from 'zod/mini';
import { customSetting, listSetting } from '../../../model/setting.ts';
import { driveDeviceTypePattern, raidControllerDeviceTypePattern } from '../tools/smartctl-device-types.ts';

const typePattern = new RegExp(`^(${driveDeviceTypePattern}|${raidControllerDeviceTypePattern})$`);

/** How to ask a drive. */
export interface SmartctlDeviceTypeSetting {
  /** A device or a serial number. */
  drive: string;
  /** smartctl's `-d`: `sat,12`, `sntjmicron`, `megaraid,0`. */
  type: string;
}

function parseDriveTypes(text: string): readonly SmartctlDeviceTypeSetting[] | undefined {
  const types: SmartctlDeviceTypeSetting[] = [];
  // As in smartd's file, too: `/dev/sda -d megaraid,0`.
  for (const entry of text.replaceAll(/\s+-d\s*/g, '=').split(/\s+/)) {
    if (entry === '') continue;
    const [, drive, type] = /^(.+)=([^=]+)$/.exec(entry) ?? [];
    if (drive === undefined || type === undefined || !typePattern.test(type)) return undefined;
    types.push({ drive, type });
  }
  return types;
}

export const drivesSettingsShape = {
  STORAGE_DRIVES: listSetting({
    description:
      'SATA, SAS and USB drives to monitor, by device or serial number. Defaults to all drives. A listed drive that is missing is reported as a problem.',
    example: '/dev/sda,WD-WCC7K0123456',
  }),
  STORAGE_DRIVES_EXCLUDE: listSetting({
    description: 'SATA, SAS and USB drives not to monitor, by device or serial number. They are never asked.',
    example: '/dev/sdc',
  }),
  STORAGE_DRIVE_TYPES: customSetting(
    {
      description:
        'How smartctl is to ask drives whose USB bridge it does not know (its `-d`), by device or serial number, and which drives are behind a RAID controller, by the controller’s device.',
      example: '/dev/sdb=sat,12 S4EWNX0N123456=sntjmicron /dev/bus/0=megaraid,4 /dev/bus/0=megaraid,5',
    },
    'driveTypes',
    parseDriveTypes,
  ),
};

const drivesSettingsSchema = z.object(drivesSettingsShape);
export type DrivesSettings = z.output<typeof drivesSettingsSchema>;
