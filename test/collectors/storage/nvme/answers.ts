import type { HealthLog, TemperatureLimitsAndCapacity } from '../../../../src/collectors/storage/nvme/reading.ts';
import {
  parseNamespaceUsedBytes,
  parseSmartLog,
  parseTemperatureLimitsAndCapacity,
} from '../../../../src/collectors/storage/tools/nvme-cli.ts';
import { cleanHealthLogOrThrow } from '../../../../src/collectors/storage/tools/nvme-health-log.ts';
import { parseSmartctlNvmeHealth } from '../../../../src/collectors/storage/tools/smartctl.ts';

export type Understood =
  | { log: HealthLog; limits?: TemperatureLimitsAndCapacity; used?: ReadonlyMap<number, number> }
  | { limits: TemperatureLimitsAndCapacity }
  | { bytes: number | undefined };

const parsers: [tool: RegExp, parse: (text: string) => Understood][] = [
  [/nvme/, (text) => ({ log: cleanHealthLogOrThrow(parseSmartLog(text)) })],
  [
    /smartctl/,
    (text) => {
      const { log, ...rest } = parseSmartctlNvmeHealth(text);
      return { ...rest, log: cleanHealthLogOrThrow(log) };
    },
  ],
  [/nvme/, (text) => ({ limits: parseTemperatureLimitsAndCapacity(text) })],
  [/nvme/, (text) => ({ bytes: parseNamespaceUsedBytes(text) })],
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
