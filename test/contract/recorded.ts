import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Capture } from './capture.ts';
import { differences } from './differences.ts';
import { isExplained } from './intended.ts';

export const recordedFile = (name: string): string => join(import.meta.dirname, 'recorded', `${name}.json`);

/** What labs have from this program at this stage, recorded at a release. */
export const readRecorded = (name: string): Capture => JSON.parse(readFileSync(recordedFile(name), 'utf8')) as Capture;

/** Whether all that an agent says at this stage is as recorded, but for what is meant to differ. */
export function isAsRecorded(name: string): (seen: Pick<Capture, 'topics' | 'endpoints'>) => boolean {
  const { topics, endpoints } = readRecorded(name);
  const { '/openapi.json': _, ...answers } = endpoints;
  return (seen) => differences(name, { topics, endpoints: answers }, seen).every(isExplained);
}
