import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { understand } from './answers.ts';

// Captures of the real tools, and answers written after reports of others. A bug report becomes one more.
const folder = join(import.meta.dirname, '../../../cases/nvme/answers');

const printed = (value: unknown) =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'bigint' ? `${inner}n` : inner instanceof Map ? Object.fromEntries(inner) : inner,
  );

const lines = (file: string): string[] => {
  const outcome = understand(
    file.startsWith('smartctl') ? 'smartctl' : 'nvme',
    readFileSync(join(folder, file), 'utf8'),
  );
  if (outcome instanceof Error) return [`${outcome.constructor.name}: ${outcome.message}`];
  const flat = Object.values(outcome).flatMap((part) =>
    part instanceof Map || typeof part !== 'object' ? [['used', part]] : Object.entries(part),
  );
  return flat.map(([key, value]) => `${key} ${printed(value)}`);
};

test('every answer is a reading or a clear error', async () => {
  const text = readdirSync(folder)
    .map((file) => `# ${file}\n${lines(file).join('\n')}\n`)
    .join('\n');
  await expect(text).toMatchFileSnapshot('../../../cases/nvme/answers.expected.txt');
});
