import { expect, test } from 'vitest';
import { createLog } from '../src/log.ts';
import { bounds } from '../src/model/bounds.ts';
import { stopClock } from './helpers/clock.ts';

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

function written(format: 'text' | 'json', level: string, texts: readonly string[]) {
  const lines: string[] = [];
  const log = createLog({ LOG_LEVEL: level, LOG_FORMAT: format }, {
    write: (line: string) => lines.push(line),
  } as never);
  for (const text of texts) log.info(text);
  return lines;
}

test.each(['text', 'json'] as const)(
  'what others wrote stays one line, without what a terminal interprets: %s',
  (format) => {
    const [line = '', ...more] = written(format, 'info', ['a\n2026-01-01 forged \u001b[31m\u009b\u2028\u202e\0']);
    expect(more).toEqual([]);
    expect(line).toContain('a 2026-01-01 forged \ufffd[31m\ufffd');
    expect(line.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u202e]|\\n|\\u/u);
  },
);

test('a line has a bound', () => expect(written('text', 'info', ['x'.repeat(1e6)])[0]?.length).toBeLessThan(5000));

test('a minute has a bound, and what was left out is told', async () => {
  const clock = stopClock();
  const lines: string[] = [];
  const log = createLog({ LOG_LEVEL: 'info', LOG_FORMAT: 'text' }, {
    write: (line: string) => lines.push(line),
  } as never);
  for (let index = 0; index < 1000; index += 1) log.warn(`line ${index}`);
  expect(lines.length).toBe(bounds.logLinesPerMinute.items);
  await clock.turn(60);
  log.warn('later');
  expect(lines.slice(-2)).toEqual([
    expect.stringContaining(`${1000 - bounds.logLinesPerMinute.items} lines of a minute were left out`),
    expect.stringContaining('later'),
  ]);
});
