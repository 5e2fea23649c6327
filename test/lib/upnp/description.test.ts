import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseUpnpDescription } from '../../../src/lib/upnp/description.ts';

const address = new URL('http://192.0.2.1:49000/desc.xml');

const service = (type: string, control: string) =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}:1</serviceType><controlURL>${control}</controlURL></service>`;
const wanDevice = (services: string) =>
  `<device><deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType>${services}</device>`;
const document = (content: string, base = '') =>
  `<root>${base}<device><modelName>B1</modelName>${content}</device></root>`;

const description = document(
  `${service('Layer3Forwarding', '/l3')}<deviceList>${wanDevice(service('WANIPConnection', '/a'))}${wanDevice(service('WANPPPConnection', '/b'))}</deviceList>`,
);

test('a service knows its WANDevice', () => {
  expect(
    parseUpnpDescription(description, address).services.map(({ controlUrl, wanDevice: number }) => [
      controlUrl.pathname,
      number,
    ]),
  ).toEqual([
    ['/l3', 0],
    ['/a', 1],
    ['/b', 2],
  ]);
});

test('requests go to the host that was asked, whatever a description says', () => {
  const references = fc.oneof(
    fc.webUrl(),
    fc.string(),
    fc.constantFrom('http://evil.example/x', '//evil.example/x', 'file:///etc/passwd', 'javascript:1', '', '?', '..'),
  );
  const escapeXml = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  fc.assert(
    fc.property(references, references, (control, base) => {
      const text = document(service('WANIPConnection', escapeXml(control)), `<URLBase>${escapeXml(base)}</URLBase>`);
      for (const { controlUrl } of parseUpnpDescription(text, address).services) {
        expect(controlUrl.hostname).toBe('192.0.2.1');
        expect(['http:', 'https:']).toContain(controlUrl.protocol);
      }
    }),
    { numRuns: 500 },
  );
});

test('any text is a description, or a clear error', () => {
  const corrupted = fc
    .tuple(fc.nat(description.length), fc.nat(80), fc.string())
    .map(([at, length, instead]) => description.slice(0, at) + instead + description.slice(at + length));
  fc.assert(
    fc.property(fc.oneof(corrupted, fc.string(), fc.string().map(document)), (text) => {
      try {
        const { services } = parseUpnpDescription(text, address);
        expect(services.every(({ controlUrl }) => controlUrl.hostname === '192.0.2.1')).toBe(true);
      } catch (error) {
        expect((error as Error).constructor).toBe(Error);
        expect((error as Error).message).toMatch(/the answer |the description has no device/);
      }
    }),
    { numRuns: 500 },
  );
});

test('half a description is an error', () => {
  for (let length = 0; length < description.length; length += 1)
    expect(() => parseUpnpDescription(description.slice(0, length), address)).toThrow();
});
