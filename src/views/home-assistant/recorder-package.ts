import type { LabDevice, LabEntity } from './lab-devices.ts';
import { toYaml } from './yaml.ts';

/** A number that is there for a diagnosis tells its story now; it moves all day, and every move is a row. */
const isDiagnosticMeasurement = ({ diagnostic, isMeasurement }: LabEntity) => diagnostic && isMeasurement;

/** A package that keeps the moving diagnostics out of the recorder, those still disabled too; never by a pattern, which might
 * fit entities of others. */
export const renderRecorderPackage = (devices: readonly LabDevice[]): string =>
  [
    '# Numbers that move all day and matter only now: a history of them costs rows and tells nothing.',
    '# Flags, counters and everything that is not a diagnostic stay. Written by `infra-monitor recorder`.',
    toYaml({
      recorder: {
        exclude: {
          entities: devices.flatMap(({ entities }) => entities.filter(isDiagnosticMeasurement).map(({ id }) => id)),
        },
      },
    }),
  ].join('\n');
