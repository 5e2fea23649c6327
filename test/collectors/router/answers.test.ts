import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SoapFields } from '../../../src/lib/upnp/soap.ts';
import { interpretAnswer } from './interpret-answer.ts';

// Answers written after reports of real routers. A bug report adds another one.
const folder = join(import.meta.dirname, '../../cases/router/answers');

const format = (value: unknown) =>
  JSON.stringify(
    value instanceof SoapFields ? Object.fromEntries(value.names.map((name) => [name, value.text(name)])) : value,
  );

const lines = (file: string): string[] => {
  try {
    return Object.entries(interpretAnswer(file, readFileSync(join(folder, file), 'utf8'))).map(
      ([key, value]) => `${key} ${format(value)}`,
    );
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

test('an answer that is cut off anywhere is a reading with valid numbers or a clear error', () => {
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), 'utf8');
    for (let length = 0; length < text.length; length += 5) {
      try {
        const numbers = Object.values(interpretAnswer(file, text.slice(0, length))).filter(
          (value) => typeof value === 'number',
        );
        expect(numbers, `${file} ${length}`).toSatisfy((all: number[]) =>
          all.every((number) => Number.isFinite(number) && number >= 0),
        );
      } catch (error) {
        expect(error, `${file} ${length}`).toBeInstanceOf(Error);
        expect(error, `${file} ${length}`).not.toBeInstanceOf(TypeError);
        expect((error as Error).message.length, `${file} ${length}`).toBeGreaterThan(5);
      }
    }
  }
});
