import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  parseCommonLinkProperties,
  parseConnectionStatusInfo,
  parseExternalIpv4Address,
  parseIpv6Prefix,
} from '../../../src/collectors/router/igd/wan-fields.ts';
import { parseSoapEnvelope, parseSoapHttpReply, SoapFields } from '../../../src/lib/upnp/soap.ts';

const envelope = (body: string) =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${body}</s:Body></s:Envelope>`;

const answer = envelope(
  '<u:GetXResponse><NewUptime>86400</NewUptime><NewConnectionStatus>Connected</NewConnectionStatus><NewExternalIPAddress>203.0.113.9</NewExternalIPAddress><NewLayer1DownstreamMaxBitRate>200000000</NewLayer1DownstreamMaxBitRate></u:GetXResponse>',
);

/** This text with a part of it replaced. */
const corrupted = (text: string) =>
  fc
    .tuple(fc.nat(text.length), fc.nat(80), fc.string())
    .map(([at, length, instead]) => text.slice(0, at) + instead + text.slice(at + length));

/** Errors are those of this program, with a text for people. */
const expectClear = (read: () => unknown) => {
  try {
    read();
  } catch (error) {
    expect(error).not.toBeInstanceOf(TypeError);
    expect(error).not.toBeInstanceOf(RangeError);
    expect((error as Error).message.length).toBeGreaterThan(5);
    expect((error as Error).message.length).toBeLessThan(400);
  }
};

test('any text is an answer, or a clear error', () => {
  const texts = fc.oneof(corrupted(answer), fc.string(), fc.string().map(envelope));
  fc.assert(
    fc.property(texts, (text) => expectClear(() => parseSoapEnvelope(text, 'GetX'))),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(texts, fc.integer({ min: 100, max: 599 }), (body, status) =>
      expectClear(() => parseSoapHttpReply({ status, headers: {}, body }, 'GetX')),
    ),
  );
});

test('an answer that breaks off anywhere is an error', () => {
  for (let length = 0; length < answer.length; length += 1)
    expect(() => parseSoapEnvelope(answer.slice(0, length), 'GetX')).toThrow();
  expect(parseSoapEnvelope(`${answer}\0\0`, 'GetX').count('Uptime')).toBe(86_400);
});

const names = ['Uptime', 'ConnectionStatus', 'PhysicalLinkStatus', 'PrefixLength', 'Layer1DownstreamMaxBitRate'];
const text = fc.oneof(
  fc.string(),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.stringMatching(/^-?\d{1,400}$/),
  fc.constantFrom('Up', 'Down', 'Connected', 'NaN', 'Infinity', '1e999', '-1', '4294967295', '18446744073709551615'),
);

test('whatever the values are, numbers are possible ones', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), text), (values) => {
      const fields = new SoapFields(Object.entries(values));
      for (const name of names) {
        expect(fields.integer(name) ?? 0).toSatisfy(Number.isFinite);
        const count = fields.count(name) ?? 0;
        expect(count >= 0 && count < 2 ** 64).toBe(true);
      }
      const { uptime = 0 } = parseConnectionStatusInfo(fields);
      expect(uptime >= 0 && uptime < 1e9).toBe(true);
      const { downstreamBytesPerSecond = 1 } = parseCommonLinkProperties(fields, undefined);
      expect(downstreamBytesPerSecond > 0 && Number.isFinite(downstreamBytesPerSecond)).toBe(true);
      expect(parseExternalIpv4Address(fields)).toBe(undefined);
      expect(parseIpv6Prefix(fields)).toBe(undefined);
    }),
    { numRuns: 500 },
  );
});
