import { expect, test } from 'vitest';
import { createLog } from '../src/log.ts';

function logged(format: 'text' | 'json', isTTY: boolean) {
  const lines: string[] = [];
  const log = createLog({ LOG_LEVEL: 'info', LOG_FORMAT: format }, {
    isTTY,
    write: (line: string) => lines.push(line),
  } as never);
  log.debug('too quiet');
  log.warn('look here');
  return lines;
}

test('text lines', () =>
  expect(logged('text', false)).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warn {2}look here\n$/),
  ]));
test('colours on a terminal only', () => expect(logged('text', true)[0]).toContain('\u001b[33mwarn'));
test('JSON lines', () =>
  expect(JSON.parse(logged('json', true)[0] ?? '')).toMatchObject({ level: 40, msg: 'look here' }));
