import { expect, test } from 'vitest';
import { reachabilityProblems, repeaterProblems, routerProblems } from '../../../src/collectors/router/problems.ts';
import type { RouterReading } from '../../../src/collectors/router/reading.ts';
import { findingsAfter } from '../../helpers/findings.ts';

const router = (...readings: Partial<RouterReading>[]) =>
  findingsAfter(
    routerProblems,
    ...readings.map((reading) => ({ reachable: true, problem: false, ...reading }) as RouterReading),
  );

test('a router or target that does not answer, or slowly', () => {
  const target = (...readings: Parameters<typeof reachabilityProblems>[0][]) =>
    findingsAfter(reachabilityProblems, ...readings);
  expect(target({ reachable: true, problem: false })).toEqual([]);
  expect(target({ reachable: false, problem: true })).toEqual(['unreachable outage: does not answer']);
  expect(target({ reachable: false, problem: true }, {})).toEqual(['unreachable outage: does not answer?']);
  expect(target({ reachable: true, problem: true })).toEqual([
    'limits degraded: answers too slowly or loses too many packets',
  ]);
});

test('the line and the internet connection', () => {
  expect(router({ wan: { link: true, status: 'connected' } })).toEqual([]);
  expect(router({ wan: { link: false, access: 'dsl', status: 'disconnected' } })).toEqual([
    'line outage: the DSL line is out of sync',
    'internet outage: no internet connection',
  ]);
  expect(router({ wan: { link: true, access: 'cable', status: 'connecting' } })).toEqual([
    'internet outage: no internet connection',
  ]);
  expect(router({ wan: { link: false, access: 'cable' } })[0]).toBe('line outage: the line is down');
  expect(router({ wan: { link: true, status: 'disconnected' } }, {})).toEqual([
    'internet outage: no internet connection?',
  ]);
});

test('an access point without a connection of its own has none to lose', () =>
  expect(router({ wan: { link: true, status: 'unconfigured' } })).toEqual([]));

test('the DNS server; one that has not answered yet is unknown', () => {
  const text = 'dns degraded: its DNS server does not answer';
  expect(router({ dns: { answers: true, latencySeconds: 0.01 } })).toEqual([]);
  expect(router({ dns: { answers: false, latencySeconds: undefined } })).toEqual([text]);
  expect(router({ dns: { answers: false, latencySeconds: undefined } }, { dns: undefined })).toEqual([`${text}?`]);
});

test('the account, also while nothing is heard of it', () => {
  const text = 'account degraded: refuses the login';
  const of = (access: string) => ({ tr064: { access } as RouterReading['tr064'] });
  expect(router(of('granted'))).toEqual([]);
  expect(router(of('none'))).toEqual([]);
  expect(router(of('refused'))).toEqual([text]);
  expect(router(of('refused'), {})).toEqual([`${text}?`]);
  expect(router(of('refused'), of('paused'))).toEqual([
    'account degraded: refused the login; it is not tried again for a while',
  ]);
});

test('a repeater', () => {
  const repeater = (isConnected: boolean | undefined) => ({ isConnected }) as Parameters<typeof repeaterProblems>[0];
  expect(findingsAfter(repeaterProblems, repeater(true))).toEqual([]);
  expect(findingsAfter(repeaterProblems, repeater(false))).toEqual(['disconnected degraded: not connected']);
  expect(findingsAfter(repeaterProblems, repeater(false), repeater(undefined))).toEqual([
    'disconnected degraded: not connected?',
  ]);
});
