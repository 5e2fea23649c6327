import { expect, test } from 'vitest';
import {
  reachabilityFindings,
  repeaterFindings,
  routerFindings,
  targetFindings,
} from '../../../src/collectors/router/problems.ts';
import type { ReachabilityReading } from '../../../src/collectors/router/reachability.ts';
import type { RouterReading } from '../../../src/collectors/router/reading.ts';
import { stopClock } from '../../helpers/clock.ts';
import { findingsAfter } from '../../helpers/findings.ts';

const router = (...readings: Partial<RouterReading>[]) =>
  findingsAfter(
    routerFindings,
    ...readings.map((reading) => ({ reachable: true, problem: false, ...reading }) as RouterReading),
  );

test('a router or target that does not answer, or slowly', () => {
  const target = (...readings: Parameters<typeof reachabilityFindings>[0][]) =>
    findingsAfter(reachabilityFindings, ...readings);
  expect(target({ reachable: true, problem: false })).toEqual([]);
  expect(target({ reachable: false, problem: true })).toEqual(['unreachable outage: does not answer']);
  expect(target({ reachable: false, problem: true }, {})).toEqual(['unreachable outage: does not answer?']);
  expect(target({ reachable: true, problem: true })).toEqual([
    'limits degraded: answers too slowly or loses too many packets',
  ]);
});

test('a certificate that should have been renewed', () => {
  stopClock('2026-11-26T12:00:00Z');
  /** A reading of a server with a certificate that lasts so many days and ends in so many. */
  const shows = (lasts: number, left: number) => {
    const validTo = new Date(Date.now() + left * 86_400_000);
    const certificate = { validFrom: new Date(validTo.getTime() - lasts * 86_400_000), validTo, problem: undefined };
    return {
      reachable: true,
      problem: false,
      probe: { by: 'http', stats: { sent: 1, received: 1 }, certificate },
    } as const;
  };
  const target = (...readings: ReachabilityReading[]) => findingsAfter(targetFindings, ...readings);
  expect(target(shows(90, 8))).toEqual([]);
  expect(target(shows(90, 6))).toEqual(['certificate degraded: its certificate expires on 2026-12-02']);
  expect(target(shows(3650, 0.5))).toEqual(['certificate degraded: its certificate expires on 2026-11-27']);
  expect(target(shows(90, 6), shows(90, -1))).toEqual(['certificate degraded: its certificate expired on 2026-11-25']);
  // One of six days is renewed every few days.
  expect(target(shows(6, 2))).toEqual([]);
  expect(target(shows(6, 1))).toEqual(['certificate degraded: its certificate expires on 2026-11-27']);
  // While the server is away, it is not known whether it has a new one.
  expect(target(shows(90, 6), { reachable: false, problem: true })).toEqual([
    'unreachable outage: does not answer',
    'certificate degraded: its certificate expires on 2026-12-02?',
  ]);
  expect(target(shows(90, 6), shows(90, 89))).toEqual([]);
  expect(target({ reachable: true, problem: false })).toEqual([]);
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
  const repeater = (isConnected: boolean | undefined) => ({ isConnected }) as Parameters<typeof repeaterFindings>[0];
  expect(findingsAfter(repeaterFindings, repeater(true))).toEqual([]);
  expect(findingsAfter(repeaterFindings, repeater(false))).toEqual(['disconnected degraded: not connected']);
  expect(findingsAfter(repeaterFindings, repeater(false), repeater(undefined))).toEqual([
    'disconnected degraded: not connected?',
  ]);
});
