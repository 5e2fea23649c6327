import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { patience } from '../helpers/patience.ts';
import { type Capture, capture, type Json } from './capture.ts';
import { differences } from './differences.ts';
import { unexplained, unused } from './intended.ts';
import { isAsRecorded, readRecorded, recordedFile } from './recorded.ts';
import { stages } from './stages.ts';

/** One line for each topic, path and command. */
function format(seen: Capture): string {
  const sections = Object.entries(seen).map(([section, members]) => {
    const lines = Object.entries(members).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    return `${JSON.stringify(section)}: {\n${lines.join(',\n')}\n}`;
  });
  return `{\n${sections.join(',\n')}\n}\n`;
}

/** Files as what Home Assistant reads in them: their form may change. */
const asRead = ({ files, ...seen }: Capture): Json => ({
  ...seen,
  files: Object.fromEntries(
    Object.entries(files).map(([name, lines]) => [
      name,
      parse((lines as string[]).join('\n'), { version: '1.1', maxAliasCount: 0 }) as Json,
    ]),
  ),
});

// Recorded at a release by `RECORD=1 npx vitest run --project unit test/contract`. What differs from it has to stand in
// intended.json with its reason.
test.each([...stages])('%s', { timeout: 120_000 * patience }, async (name, stage) => {
  const whole = name === 'everything-on';
  if (process.env.RECORD) writeFileSync(recordedFile(name), format(await capture(await stage(), whole, () => true)));
  const seen = await capture(await stage(), whole, isAsRecorded(name));
  expect(unexplained(differences(name, asRead(readRecorded(name)), asRead(seen)))).toEqual([]);
});

test('every difference that is meant is there', ({ task }) => {
  const ranAll = task.file.tasks.every(({ mode }) => mode === 'run');
  expect(ranAll ? unused(/^(?!upgrade )/) : []).toEqual([]);
});
