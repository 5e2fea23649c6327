import * as z from 'zod/mini';
import { customSetting, listSetting } from '../../../model/setting.ts';

/** smartctl's `-d`: `sat`, `sat,12`, `sntjmicron`, `megaraid,0`. */
const typePattern = /^[a-z][a-z0-9]*([+,][a-z0-9]+)*$/;

function parseDriveTypes(text: string): ReadonlyMap<string, string> | undefined {
  const types = new Map<string, string>();
  for (const entry of text.split(/\s+/).filter((word) => word !== '')) {
    const [, drive, type] = /^(.+)=([^=]+)$/.exec(entry) ?? [];
    if (drive === undefined || type === undefined || !typePattern.test(type)) return undefined;
    types.set(drive, type);
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
        'How smartctl is to ask drives whose USB bridge or controller it does not know (its `-d`), by device or serial number.',
      example: '/dev/sdb=sat,12 S4EWNX0N123456=sntjmicron',
    },
    'list of <drive>=<type>, separated by blanks',
    parseDriveTypes,
  ),
};

const drivesSettingsSchema = z.object(drivesSettingsShape);
export type DrivesSettings = z.output<typeof drivesSettingsSchema>;
