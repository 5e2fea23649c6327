import { type Finding, findingIf } from '../../model/problem.ts';
import type { ReachabilityReading } from './reachability.ts';
import type { RouterReading } from './reading.ts';
import { isWanConnected } from './router-events.ts';
import type { Tr064PartReadingByTable } from './tr064/parts.ts';

const not = (value: boolean | undefined) => (value === undefined ? undefined : !value);

/** What is wrong with the way to a router or target. */
export const reachabilityFindings = ({ reachable, problem, isNamed }: ReachabilityReading): Finding[] => [
  ...findingIf('unreachable', not(reachable), () => ({
    severity: 'outage',
    text: 'does not answer',
    clearsAt: 'when it answers',
    remedy: 'check that it is running and connected',
    explainsDevice: true,
    ...(isNamed ? { failsCheck: true as const } : {}),
  })),
  ...findingIf('limits', reachable === false ? false : problem, () => ({
    severity: 'degraded',
    text: 'answers too slowly or loses too many packets',
    clearsAt: 'within its limits for latency and loss',
  })),
];

/** Milliseconds before its end at which a certificate should have been renewed, if it lasts longer than four times
 * that. */
const renewalMs = 7 * 86_400_000;

/** What is wrong with a target; with its certificate as soon as it should have been renewed. */
export function targetFindings(reading: ReachabilityReading): Finding[] {
  const { certificate } = reading.probe ?? {};
  if (certificate === undefined) return [...reachabilityFindings(reading), { key: 'certificate', isUnknown: true }];
  const { validFrom, validTo } = certificate;
  const leftMs = validTo.getTime() - Date.now();
  const isDue = leftMs < Math.min(renewalMs, (validTo.getTime() - validFrom.getTime()) / 4);
  return [
    ...reachabilityFindings(reading),
    ...findingIf('certificate', isDue, () => ({
      severity: 'degraded',
      text: `its certificate ${leftMs > 0 ? 'expires' : 'expired'} on ${validTo.toISOString().slice(0, 10)}`,
      step: leftMs > 0 ? 'soon' : 'ended',
      clearsAt: 'when it shows a new one',
      remedy: 'renew the certificate, and find out why it was not renewed automatically',
    })),
  ];
}

const accountTexts: Partial<Record<NonNullable<RouterReading['tr064']>['access'] & string, string>> = {
  refused: 'refuses the login',
  paused: 'refused the login; it is not tried again for a while',
  unreachable: 'does not answer requests that need the login',
};

/** What is wrong with a router; the line explains the internet connection, and that the DNS server. */
export function routerFindings(reading: RouterReading): Finding[] {
  const { dns, wan, tr064 } = reading;
  const accountText = tr064?.access && accountTexts[tr064.access];
  return [
    ...reachabilityFindings(reading),
    ...findingIf('line', wan && not(wan.link), () => ({
      severity: 'outage',
      text: wan?.access === 'dsl' ? 'the DSL line is out of sync' : 'the line is down',
      clearsAt: 'when the line is up',
      remedy: 'check the cable; if the problem persists, contact the provider',
      explainsBeyond: true,
    })),
    // A router that is only an access point has no connection to lose.
    ...findingIf('internet', wan && wan.status !== 'unconfigured' ? not(isWanConnected(wan)) : undefined, () => ({
      severity: 'outage',
      text: 'no internet connection',
      clearsAt: 'when it is connected',
      remedy: 'look at the router’s own page; if the problem persists, contact the provider',
      explainsBeyond: true,
      explainedBy: ['line'],
    })),
    ...findingIf('dns', dns && !dns.answers, () => ({
      severity: 'degraded',
      text: 'its DNS server does not answer',
      clearsAt: 'when it answers',
      remedy: 'restart the router if the problem persists',
      explainedBy: ['line', 'internet'],
    })),
    ...findingIf('account', tr064?.access === undefined ? undefined : accountText !== undefined, () => ({
      severity: 'degraded',
      text: accountText ?? '',
      step: tr064?.access ?? '',
      clearsAt: 'when it accepts the login',
      failsCheck: true,
      ...(tr064?.hint === undefined ? {} : { remedy: tr064.hint }),
    })),
  ];
}

/** What is wrong with a repeater. */
export const repeaterFindings = ({ isConnected }: Tr064PartReadingByTable['repeater']): Finding[] =>
  findingIf('disconnected', not(isConnected), () => ({
    severity: 'degraded',
    text: 'not connected',
    clearsAt: 'when it is connected',
    remedy: 'check its power and its place',
  }));
