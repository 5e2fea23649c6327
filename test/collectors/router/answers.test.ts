import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Values } from '../../../src/collectors/router/soap/values.ts';
import { understand } from './understand.ts';

// Answers written after reports of real boxes. A bug report becomes one more.
const folder = join(import.meta.dirname, '../../cases/router/answers');

const printed = (value: unknown) => JSON.stringify(value instanceof Values ? Object.fromEntries(value.names.map((name) => [name, value.text(name)])) : value);

const lines = (file: string): string[] => {
  try {
    return Object.entries(understand(file, readFileSync(join(folder, file), 'utf8'))).map(([key, value]) => `${key} ${printed(value)}`);
  } catch (error) {
    return [String(error)];
  }
};

test('every answer is a reading or a clear error', async () => {
  const text = readdirSync(folder)
    .map((file) => `# ${file}\n${lines(file).join('\n')}\n`)
    .join('\n');
  await expect(text).toMatchFileSnapshot('../../cases/router/answers.expected.txt');
});
