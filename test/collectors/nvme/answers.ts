import type { DriveLimits, HealthLog } from '../../../src/collectors/nvme/reading.ts';
import { validateHealthLog } from '../../../src/collectors/nvme/tools/health-log.ts';
import { parseIdentifyController, parseSmartLog, parseUsedBytes } from '../../../src/collectors/nvme/tools/nvme-cli.ts';
import { parseSmartctl } from '../../../src/collectors/nvme/tools/smartctl.ts';

export type Understood =
  | { log: HealthLog; limits?: DriveLimits; used?: ReadonlyMap<number, number> }
  | { limits: DriveLimits }
  | { bytes: number | undefined };

const parsers: [tool: RegExp, parse: (text: string) => Understood][] = [
  [/nvme/, (text) => ({ log: validateHealthLog(parseSmartLog(text)) })],
  [
    /smartctl/,
    (text) => {
      const { log, ...rest } = parseSmartctl(text);
      return { ...rest, log: validateHealthLog(log) };
    },
  ],
  [/nvme/, (text) => ({ limits: parseIdentifyController(text) })],
  [/nvme/, (text) => ({ bytes: parseUsedBytes(text) })],
];

/** What the agent makes of a tool's answer: the first reading that comes of it, else the first error. */
export function understand(tool: string, text: string): Understood | Error {
  const outcomes = parsers
    .filter(([pattern]) => pattern.test(tool))
    .map(([, parse]) => {
      try {
        return parse(text);
      } catch (error) {
        return error as Error;
      }
    });
  return outcomes.find((outcome) => !(outcome instanceof Error)) ?? outcomes[0] ?? new Error(`nobody asks ${tool}`);
}
