import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Capture, capture } from './capture.ts';
import { differences } from './differences.ts';
import intended from './intended.json' with { type: 'json' };
import { stages } from './stages.ts';

// What labs have from this program, recorded by `RECORD=1 npx vitest run --project unit test/contract` at a release. What
// differs from it has to stand in intended.json with its reason: `path` is a regular expression.
const recorded = (name: string) => join(import.meta.dirname, 'recorded', `${name}.json`);
const rules = intended.map(({ path, reason }) => ({ path: new RegExp(`^${path}$`), reason, isUsed: false }));

/** One line for each topic and path. */
const format = (seen: Capture) =>
  `{\n${Object.entries(seen)
    .map(
      ([section, members]) =>
        `${JSON.stringify(section)}: {\n${Object.entries(members)
          .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
          .join(',\n')}\n}`,
    )
    .join(',\n')}\n}\n`;

test.each([...stages])('%s', { timeout: 120_000 }, async (name, stage) => {
  const seen = await capture(await stage(), name === 'everything-on');
  if (process.env.RECORD) writeFileSync(recorded(name), format(seen));
  const found = differences(name, JSON.parse(readFileSync(recorded(name), 'utf8')), seen);
  const unexplained = found.filter(({ path }) => {
    const reasons = rules.filter((rule) => rule.path.test(path));
    for (const rule of reasons) rule.isUsed = true;
    return reasons.length === 0;
  });
  expect(unexplained).toEqual([]);
});

test('every intended difference is there', ({ task }) => {
  const ran = task.file.tasks.every(({ mode }) => mode === 'run');
  expect(rules.filter(({ isUsed }) => ran && !isUsed).map(({ path }) => path.source)).toEqual([]);
});
