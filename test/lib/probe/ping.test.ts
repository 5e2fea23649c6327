import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lossPercent, parsePingOutput } from '../../../src/lib/probe/ping.ts';

test.each([
  ['5 packets transmitted, 4 received, 20% packet loss, time 804ms', { sent: 5, received: 4 }],
  ['5 packets transmitted, 5 received, +2 duplicates, 0% packet loss', { sent: 5, received: 5 }],
  ['5 packets transmitted, 3 packets received, 40.0% packet loss', { sent: 5, received: 3 }],
  ['5 Pakete übertragen, 5 empfangen, 0% packet loss', { sent: 5, received: 5 }],
  ['0 packets transmitted, 0 received, 0% packet loss', undefined],
  ['20% packet loss', undefined],
  ['ping: unknown host', undefined],
])('statistics: %s', (line, stats) => {
  expect(parsePingOutput(`PING 192.0.2.1\n\n--- 192.0.2.1 ping statistics ---\n${line}\n`)).toEqual(stats);
});

const folder = join(import.meta.dirname, '../../cases/router/answers');
const recorded = readdirSync(folder)
  .filter((name) => name.startsWith('ping-'))
  .map((name) => readFileSync(join(folder, name), 'utf8'));

test('any output is nothing, or statistics that are possible', () => {
  const digits = fc.stringMatching(/^\d{1,400}(\.\d{1,4})?$/);
  const made = fc
    .tuple(digits, digits, digits, digits)
    .map(
      ([sent, received, loss, time]) =>
        `${sent} packets transmitted, ${received} received, ${loss}% packet loss\nrtt min/avg/max/mdev = ${time}/${time}/${time}/0.1 ms\n`,
    );
  const corrupted = fc
    .tuple(fc.constantFrom(...recorded), fc.nat(400), fc.nat(60), fc.string())
    .map(([text, at, length, instead]) => text.slice(0, at) + instead + text.slice(at + length));
  fc.assert(
    fc.property(fc.oneof(made, corrupted, fc.string()), (text) => {
      const stats = parsePingOutput(text);
      if (stats === undefined) return;
      const { sent, received, minMs, meanMs, maxMs, jitterMs } = stats;
      expect(sent > 0 && received >= 0 && received <= sent).toBe(true);
      const loss = lossPercent(stats);
      expect(loss >= 0 && loss <= 100).toBe(true);
      for (const time of [minMs, meanMs, maxMs, jitterMs])
        expect(time === undefined || (time >= 0 && Number.isFinite(time))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
