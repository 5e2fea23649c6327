import type { LabDevice, LabEntity } from './lab-device.ts';
import { toYaml } from './yaml.ts';

/** A diagnostic measurement matters now; it changes all day, and each change is a row in the database. */
const isDiagnosticMeasurement = ({ diagnostic, isMeasurement }: LabEntity) => diagnostic && isMeasurement;

/** A package that excludes diagnostic measurements from the recorder, also disabled ones; by their ids, for a pattern
 * might match entities of other programs. */
export const renderRecorderPackage = (devices: readonly LabDevice[]): string =>
  [
    '# Diagnostic measurements change constantly, and only their current values matter: their history would only fill the database.',
    '# Binary sensors, counters and everything that is not diagnostic are still recorded. Written by `infra-monitor recorder`.',
    toYaml({
      recorder: {
        exclude: {
          entities: devices.flatMap(({ entities }) => entities.filter(isDiagnosticMeasurement).map(({ id }) => id)),
        },
      },
    }),
  ].join('\n');
