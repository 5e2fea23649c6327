import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parsePingOutput } from '../../../src/lib/probe/ping.ts';
import { type SoapFaultError, SoapFields } from '../../../src/lib/upnp/soap.ts';
import { interpretAnswer } from './interpret-answer.ts';

// CORPUS/router: recorded answers of routers and outputs of ping, of any make and version, and INDEX.tsv, which lists
// the files.
const folder = join(process.env.CORPUS ?? '', 'router');
const read = (file: string) => readFileSync(join(folder, file)).toString('utf8');
const index = process.env.CORPUS && existsSync(join(folder, 'INDEX.tsv')) ? read('INDEX.tsv') : '';
const files = index
  .split('\n')
  .slice(1)
  .map((row) => row.split('\t')[0] ?? '')
  .filter((file) => file !== '');

interface PingCase {
  name: string;
  stdout: string | null;
  expected: {
    transmitted: number;
    received: number;
    loss_pct: number;
    min_ms?: number;
    avg_ms?: number;
    max_ms?: number;
    dev_ms?: number;
  } | null;
}

const cases: PingCase[] = existsSync(join(folder, 'ping/ping-cases.json'))
  ? JSON.parse(read('ping/ping-cases.json'))
  : [];

const outcomeOf = (file: string, text: string): Record<string, unknown> | Error => {
  try {
    return interpretAnswer(file, text) as Record<string, unknown>;
  } catch (error) {
    return error as Error;
  }
};

const decoded = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));

/** Checks without the parsers that the file contains each value as it was read. */
function expectValues(text: string, values: SoapFields): void {
  const plain = text.replaceAll(/<!--[\s\S]*?-->/g, '');
  for (const [, name = '', value = ''] of plain.matchAll(/<New_?([\w.-]+)>([^<]*)</g))
    expect(values.text(name) ?? '', name).toBe(decoded(value).trim());
}

function expectPlausible({
  uptime,
  ipv4,
  ipv6,
  prefix,
  received,
  sent,
  downstreamBytesPerSecond: downstream,
  upstreamBytesPerSecond: upstream,
}: Record<string, unknown>): void {
  for (const count of [uptime, received, sent, downstream, upstream])
    expect(count).toSatisfy((value) => value === undefined || (Number.isFinite(value) && (value as number) >= 0));
  for (const rate of [downstream, upstream]) expect(rate, 'no rate is zero').not.toBe(0);
  for (const address of [ipv4, ipv6])
    expect(address).toSatisfy((value) => value === undefined || isIP(String(value)) !== 0);
  if (prefix !== undefined) expect(prefix).toMatch(/^[\da-f:]+\/\d{1,3}$/i);
}

function expectDescription(text: string, { model, services }: Record<string, unknown>): void {
  const plain = text.replaceAll(/<!--[\s\S]*?-->/g, '');
  expect(model).toBe(decoded(/<modelName>([^<]*)</.exec(plain)?.[1] ?? '').trim() || undefined);
  expect(services).toHaveLength(plain.match(/<serviceType>/g)?.length ?? 0);
}

function expectError(text: string, error: Error): void {
  expect(error.message.length, 'an error quotes the answer').toBeGreaterThan(10);
  const code = /<errorCode>\s*(\d+)/.exec(text)?.[1];
  if (code !== undefined) expect((error as SoapFaultError).code).toBe(Number(code));
  // Answers with values or services must be understood.
  else expect(text).not.toMatch(/<New\w+>[^<]+<[\s\S]*<\/\w+:Envelope>|<serviceType>/);
}

describe.runIf(files.length > 0)('every file of the corpus yields a correct reading or a clear error', () => {
  test.each(files.filter((file) => !file.startsWith('ping/') && /\.(xml|html|txt)$/.test(file)))('%s', (file) => {
    const text = read(file);
    const outcome = outcomeOf(file, text);
    if (outcome instanceof Error) return expectError(text, outcome);
    if (outcome.values instanceof SoapFields) {
      expectValues(text, outcome.values);
      expectPlausible(outcome);
    }
    if ('services' in outcome) expectDescription(text, outcome);
    if ('locations' in outcome) expect(outcome.locations).toEqual([...new Set(text.match(/(?<=^location:\s*)\S+/gim))]);
  });
});

describe.runIf(cases.length > 0)('the statistics of ping are right', () => {
  test.each(cases)('$name', ({ stdout, expected }) => {
    const stats = stdout === null ? undefined : parsePingOutput(read(stdout));
    // fping is not supported; its lines, one for each host, are no statistics here.
    if (expected === null || expected.transmitted === undefined) return expect(stats).toBeUndefined();
    expect(stats).toMatchObject({ sent: expected.transmitted, received: expected.received });
    expect([stats?.minMs, stats?.meanMs, stats?.maxMs]).toEqual([expected.min_ms, expected.avg_ms, expected.max_ms]);
    if (expected.dev_ms !== undefined) expect(stats?.jitterMs).toBe(expected.dev_ms);
  });
});

describe.runIf(files.length > 0)('any output of ping yields consistent numbers or nothing', () => {
  test.each(files.filter((file) => file.startsWith('ping/') && file.endsWith('.txt')))('%s', (file) => {
    const stats = parsePingOutput(read(file));
    if (stats === undefined) return expect(read(file)).not.toMatch(/packets transmitted.*% packet loss/);
    expect(stats.received).toBeLessThanOrEqual(stats.sent);
    if (stats.received === 0) return expect(stats.meanMs).toBeUndefined();
    expect(stats.minMs).toBeLessThanOrEqual(stats.meanMs ?? 0);
    expect(stats.meanMs).toBeLessThanOrEqual(stats.maxMs ?? 0);
  });
});

test.runIf(files.length === 0)('CORPUS is not set', () => {
  expect(process.env.CORPUS ?? '', 'CORPUS names a folder without router/INDEX.tsv').toBe('');
});
