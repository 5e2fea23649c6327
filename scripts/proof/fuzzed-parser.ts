import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A parser that the proof `fuzz` feeds with spoilt texts. */
export interface FuzzedParser {
  name: string;
  /** What it is given in good days. */
  samples: readonly string[];
  parse(text: string): unknown;
  /** Characters; 100,000 unless said. */
  maxLength?: number;
  /** Keys whose numbers may lie below zero. */
  mayBeNegative?: RegExp;
}

const cases = join(import.meta.dirname, '../../test/cases');

/** The contents of the recorded files in a folder of test/cases. */
export const recordedSamples = (folder: string, name: RegExp): string[] =>
  readdirSync(join(cases, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .map((file) => readFileSync(join(cases, folder, file), 'utf8'));
