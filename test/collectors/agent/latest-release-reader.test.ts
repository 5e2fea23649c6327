import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { agentTextsInGerman } from '../../../src/collectors/agent/german.ts';
import { LatestReleaseReader } from '../../../src/collectors/agent/latest-release-reader.ts';
import { renderTranslatableText } from '../../../src/model/translation.ts';
import { withEnglishHint } from '../../helpers/english-hint.ts';

const hour = 3600 * 1000;
const signal = new AbortController().signal;

/** A project's site, whose page of the latest release leads to `location`. */
async function site() {
  const answer = { location: '/lab/releases/tag/v1.2.3', asked: 0 };
  const server = createServer((request, response) => {
    answer.asked += 1;
    if (request.url !== '/lab/releases/latest') response.writeHead(404).end();
    else response.writeHead(302, { location: answer.location }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { answer, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/lab` };
}

test('the latest release is asked for once a day, and once an hour after a failure', async () => {
  const { answer, address } = await site();
  let now = 0;
  const check = new LatestReleaseReader(address, () => now);
  expect(await check.read(signal)).toEqual({ latest: '1.2.3' });
  answer.location = '/lab/releases/tag/v1.3.0';
  now = 23 * hour;
  expect(await check.read(signal)).toEqual({ latest: '1.2.3' });
  expect(answer.asked).toBe(1);
  now = 24 * hour;
  expect(await check.read(signal)).toEqual({ latest: '1.3.0' });

  // GitHub's answer for a project without a release.
  answer.location = '/lab/releases';
  now = 48 * hour;
  const failed = { latest: '1.3.0', hint: `UPDATE_CHECK: ${address}/releases/latest: no release (HTTP 302)` };
  const inGerman = (await check.read(signal)).hint;
  expect(renderTranslatableText(inGerman ?? '', agentTextsInGerman)).toBe(
    `UPDATE_CHECK: ${address}/releases/latest: kein Release (HTTP 302)`,
  );
  expect(withEnglishHint(await check.read(signal))).toEqual(failed);
  now = 48.9 * hour;
  expect(withEnglishHint(await check.read(signal))).toEqual(failed);
  expect(answer.asked).toBe(3);
  answer.location = '/lab/releases/tag/v1.3.1';
  now = 49 * hour;
  expect(await check.read(signal)).toEqual({ latest: '1.3.1' });
});

test('without an address of the project nothing is asked, and it says so', async () => {
  const found = await new LatestReleaseReader(undefined).read(signal);
  expect(withEnglishHint(found)).toEqual({ hint: expect.stringContaining('has no effect') });
});
