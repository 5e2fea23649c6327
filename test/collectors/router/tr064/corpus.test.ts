import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createDslPollItem,
  fibrePollItem,
  mobilePollItem,
  physicalLinkPollItem,
} from '../../../../src/collectors/router/tr064/access-line-poll-items.ts';
import { fritzBoxPropertiesOf } from '../../../../src/collectors/router/tr064/fritz-box-connection.ts';
import {
  createHostsPollItem,
  parseLanHostEntries,
  wlanPollItem,
} from '../../../../src/collectors/router/tr064/home-network-poll-items.ts';
import { meshPollItem, parseRepeatersAndMeshLinks } from '../../../../src/collectors/router/tr064/mesh-poll-item.ts';
import { bootTimePollItem, firmwareUpdatePollItem } from '../../../../src/collectors/router/tr064/poll-schedule.ts';
import type { LoginOnlyData, PollItem } from '../../../../src/collectors/router/tr064/reading.ts';
import { parseUpnpDescription } from '../../../../src/lib/upnp/description.ts';
import { computeDigestResponse, parseDigestChallenge } from '../../../../src/lib/upnp/digest.ts';
import { parseSoapHttpReply, type SoapFields } from '../../../../src/lib/upnp/soap.ts';
import { Secret } from '../../../../src/model/secret.ts';
import { toBaseUnit } from '../../../../src/model/unit.ts';
import { replyOf } from '../interpret-answer.ts';

// CORPUS/router: the answers that require a login.
const folder = join(process.env.CORPUS ?? '', 'router');
const read = (file: string) => readFileSync(join(folder, file)).toString('utf8');
const index = process.env.CORPUS && existsSync(join(folder, 'INDEX.tsv')) ? read('INDEX.tsv') : '';
const files = index
  .split('\n')
  .slice(1)
  .map((row) => row.split('\t')[0] ?? '')
  .filter((file) => file !== '');
const below = (start: string, end: RegExp) => files.filter((file) => file.startsWith(start) && end.test(file));

/** Undefined if it was rejected with a clear error. */
function valueOrClearError<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect((error as Error).message.length).toBeGreaterThan(10);
    return undefined;
  }
}

const macForm = /^[\dA-F]{2}(?::[\dA-F]{2}){5}$/i;

/** Values of a text, without the parsers. */
const fields = (text: string, name: string) =>
  [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value = '']) => value.trim());

interface Vector {
  name: string;
  algorithm: string;
  username: string;
  realm: string;
  password: string;
  method: string;
  uri: string;
  nonce: string;
  nc?: string;
  cnonce?: string;
  qop?: 'auth';
  response: string;
}

const vectors: Vector[] = existsSync(join(folder, 'auth/digest-vectors.json'))
  ? JSON.parse(read('auth/digest-vectors.json'))
  : [];

const now = () => ({ wall: Date.UTC(2026, 0, 2), monotonic: 0 });
const pollItems: PollItem[] = [
  bootTimePollItem,
  firmwareUpdatePollItem,
  physicalLinkPollItem,
  createDslPollItem(now),
  fibrePollItem,
  mobilePollItem,
  wlanPollItem,
  createHostsPollItem(),
  meshPollItem,
];

/** What is read from a FRITZ!Box that answers only this action. */
async function readFrom(values: SoapFields, service: string, action: string): Promise<LoginOnlyData> {
  const client = {
    now: () => now().wall,
    call: async (calledService: string, calledAction: string) =>
      calledService === service && calledAction === action ? values : undefined,
    fetch: async () => undefined,
  };
  const all: LoginOnlyData[] = [];
  for (const item of pollItems) all.push(await item.read(client));
  return Object.assign({}, ...all);
}

/** `soap/WANDSLInterfaceConfig1.GetInfo.xml` */
const answerName = /^soap\/([\w-]+\d)\.([\w-]+)\..*xml$/;

describe.runIf(files.length > 0)('an answer that requires a login is a correct reading or a clear error', () => {
  test.each(below('tr64/', /desc/))('%s', (file) => {
    const text = read(file);
    const description = valueOrClearError(() =>
      parseUpnpDescription(text, new URL('http://192.0.2.1:49000/tr64desc.xml')),
    );
    if (description === undefined) return expect(text).not.toMatch(/<serviceType>/);
    const box = fritzBoxPropertiesOf(description);
    const [serial = ''] = fields(text, 'serialNumber');
    expect(box.model).toBe(fields(text, 'modelName')[0] || undefined);
    if (macForm.test(serial)) expect(box.macAddress).toBe(serial.toUpperCase());
    const [, major, minor] = /<Display>\d+\.(\d+)\.(\d+)/.exec(text) ?? [];
    if (major !== undefined) expect(box.firmware).toMatch(new RegExp(`^${Number(major)}\\.${minor}`));
  });

  test.each(below('tr64/scpd/', /xml$/))('%s is no description', (file) => {
    expect(() => parseUpnpDescription(read(file), new URL('http://192.0.2.1/'))).toThrow(/has no root element <root>/);
  });

  test.each(vectors.filter(({ algorithm }) => /^(?:MD5|SHA-256)(?:-sess)?$/i.test(algorithm)))(
    '$name',
    ({ name: _, algorithm, username, realm, password, method, uri, nonce, nc, cnonce, qop, response }) => {
      const challenge = { realm, nonce, algorithm, stale: false, ...(qop ? { qop } : {}) };
      expect(
        computeDigestResponse({ username, password: new Secret(password) }, challenge, {
          method,
          uri,
          count: Number.parseInt(nc ?? '1', 16),
          cnonce: cnonce ?? '',
        }),
      ).toBe(response);
    },
  );

  test.each(below('auth/', /challenge.*txt$/))('%s', (file) => {
    const text = read(file);
    const canBeMet = /\bDigest\b[\s\S]*nonce/i.test(text) && !/algorithm="?(?!MD5|SHA-256)/i.test(text);
    if (canBeMet)
      expect(parseDigestChallenge(text)).toMatchObject({ realm: expect.any(String), nonce: expect.any(String) });
  });

  test.each(below('hosts/', /./))('%s', (file) => {
    const text = read(file);
    if (!/<List[\s>]/.test(text))
      return expect(() => parseLanHostEntries(text)).toThrow(/^the answer (?:has no|is not)/);
    const list = parseLanHostEntries(text);
    expect(list).toHaveLength(text.match(/<Item>/g)?.length ?? 0);
    const active = fields(text, 'Active').filter((value) => value === '1').length;
    expect(list.filter((host) => host.isActive)).toHaveLength(active);
    expect(list.flatMap(({ macAddress }) => macAddress ?? [])).toEqual(
      fields(text, 'MACAddress')
        .filter((value) => macForm.test(value))
        .map((value) => value.toUpperCase()),
    );
  });

  test.each(below('mesh/', /./))('%s', (file) => {
    const text = read(file);
    const reading = valueOrClearError(() => parseRepeatersAndMeshLinks(text));
    if (reading === undefined) return expect(text).not.toMatch(/"node_interfaces"/);
    const { nodes } = JSON.parse(text) as { nodes: { is_meshed: boolean; mesh_role: string }[] };
    const { repeaters, meshLinks } = reading;
    expect(repeaters).toHaveLength(nodes.filter((node) => node.is_meshed && node.mesh_role !== 'master').length);
    for (const { isConnected, down, up, downAtBest, upAtBest } of meshLinks) {
      for (const rate of [down, up, downAtBest, upAtBest])
        expect(rate).toSatisfy((value) => value === undefined || (isConnected && (value as number) > 0));
    }
  });

  test.each(files.filter((file) => answerName.test(file)))('%s', async (file) => {
    const [, service = '', action = ''] = answerName.exec(file) ?? [];
    const text = read(file);
    const values = valueOrClearError(() => parseSoapHttpReply(replyOf(file, text), action));
    if (values === undefined) return expect(text).not.toMatch(/Response[\s>][\s\S]*<New\w+>[^<]/);
    const reading = await readFrom(values, service, action);
    const secrets = [
      'UserName',
      'DeviceLog',
      'SFPSerialNumber',
      'PPPUsername',
      'IMSI',
      'ExternalIPAddress',
      'X_AVM-DE_HostListPath',
      'X_AVM-DE_MeshListPath',
    ];
    for (const secret of secrets.flatMap((name) => fields(text, `New${name}`)).filter((value) => value !== ''))
      expect(JSON.stringify(reading)).not.toContain(secret);
    const number = (name: string) => {
      const [value] = fields(text, `New${name}`);
      return value !== undefined && /^-?\d+$/.test(value) ? Number(value) : undefined;
    };
    if (service === 'WANDSLInterfaceConfig1' && action === 'GetInfo') {
      const isUp = fields(text, 'NewStatus')[0] === 'Up';
      expect(reading.dsl).toMatchObject({
        isUp,
        down: isUp ? { rateBytesPerSecond: toBaseUnit(number('DownstreamCurrRate') || undefined, 'kbit/s') } : {},
      });
      if (isUp && number('DownstreamNoiseMargin') !== undefined)
        expect(reading.dsl?.down.noiseMargin).toBe((number('DownstreamNoiseMargin') ?? 0) / 10);
    }
    if (service === 'WANCommonInterfaceConfig1' && action === 'GetCommonLinkProperties') {
      const rate = number('Layer1DownstreamMaxBitRate') ?? 0;
      // The largest 32-bit number and negative numbers are no rates.
      if (rate >= 0 && rate < 2 ** 32 - 1) expect(reading.link?.downBytesPerSecond).toBe(rate / 8 || undefined);
    }
    if (service === 'DeviceInfo1' && action === 'GetInfo') {
      const uptime = number('UpTime');
      expect(reading.bootedAt?.getTime()).toBe(uptime === undefined ? undefined : now().wall - uptime * 1000);
    }
    if (/^WLANConfiguration\d$/.test(service) && action === 'GetInfo') {
      const isUp = (fields(text, 'NewStatus')[0] || 'Up') === 'Up';
      expect(reading.radios).toMatchObject([{ channel: isUp ? number('Channel') || undefined : undefined }]);
    }
    // A level of exactly zero was not measured.
    if (service === 'X_AVM-DE_WANFiber1' && action === 'GetInfo')
      expect(reading.fibre?.received).toBe(
        number('OpticalSignalLevel') ? (number('OpticalSignalLevel') ?? 0) / 1000 : undefined,
      );
  });
});
