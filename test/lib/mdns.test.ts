import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMdnsServices } from '../../src/lib/mdns.ts';

/** What python-zeroconf, the library of Home Assistant, answers for a broker and a Home Assistant of one machine. */
const answer = Buffer.from(
  'AACEAAACAAIAAAAGBV9tcXR0BF90Y3AFbG9jYWwAAAwAAQ9faG9tZS1hc3Npc3RhbnTAEgAMAAHAIgAMAAEAABGUAAcESG9tZcAiwAwADAABAAARlAATEE1vc3F1aXR0byBvbiBuYXPADMBEABAAAQAAEZQAQxJsb2NhdGlvbl9uYW1lPUhvbWURdmVyc2lvbj0yMDI2LjExLjAdYmFzZV91cmw9aHR0cDovLzEwLjkuOS4xOjgxMjMDbmFzwBcAAQABAAAAeAAECgkJAcC5AC8AAQAAAHgABcC5AAFAwEQAIQABAAAAeAAIAAAAAB+7wLnAVwAhAAEAAAB4AAgAAAAAB1vAucBXABAAAQAAEZQAAA==',
  'base64',
);
const mqtt = '_mqtt._tcp.local';

test('services by their type, with their host and what they tell', () => {
  expect(parseMdnsServices(answer, mqtt, '10.9.9.1')).toEqual([
    { name: 'Mosquitto on nas', host: 'nas.local', address: '10.9.9.1', port: 1883, properties: new Map() },
  ]);
  expect(parseMdnsServices(answer, '_home-assistant._tcp.local', '10.9.9.1')).toEqual([
    {
      name: 'Home',
      host: 'nas.local',
      address: '10.9.9.1',
      port: 8123,
      properties: new Map([
        ['location_name', 'Home'],
        ['version', '2026.11.0'],
        ['base_url', 'http://10.9.9.1:8123'],
      ]),
    },
  ]);
});

test('what is cut off, bent or refers to itself is nobody, and no end', () => {
  for (let length = 0; length < answer.length; length += 1)
    expect(parseMdnsServices(answer.subarray(0, length), mqtt, '10.9.9.1')).toEqual([]);
  fc.assert(
    fc.property(fc.nat(answer.length - 1), fc.nat(255), (at, value) => {
      const bent = Buffer.from(answer);
      bent[at] = value;
      parseMdnsServices(bent, mqtt, '10.9.9.1');
    }),
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => parseMdnsServices(Buffer.from(bytes), mqtt, '10.9.9.1').length === 0,
    ),
  );
});

test('no control characters reach a terminal', () => {
  const bent = Buffer.from(answer.toString('latin1').replace('Mosquitto on', '\x1b]0;owned!!\x07'), 'latin1');
  expect(parseMdnsServices(bent, mqtt, '10.9.9.1')[0]?.name).not.toMatch(/\p{C}/u);
});
