import { expect, test } from 'vitest';
import { parsePingOutput } from '../../../src/lib/probe/ping.ts';

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
