import { type Finding, findingIf, type LastingFindings } from '../../model/problem.ts';
import type { ReachabilityReading } from './reachability.ts';
import type { RouterReading } from './reading.ts';
import { isWanConnected } from './router-events.ts';
import { type RouterTexts, routerTexts } from './texts.ts';
import type { Tr064PartReadingByTable } from './tr064/parts.ts';

const not = (value: boolean | undefined) => (value === undefined ? undefined : !value);

/** What is wrong with the way to a router or target. */
export const reachabilityFindings = (
  { reachable, problem, isNamed }: ReachabilityReading,
  _before?: LastingFindings,
  texts: RouterTexts = routerTexts,
): Finding[] => [
  ...findingIf('unreachable', not(reachable), () => ({
    severity: 'outage',
    text: texts.noAnswer,
    clearsAt: texts.clearsWhenAnswering,
    remedy: texts.checkRunning,
    explainsDevice: true,
    ...(isNamed ? { failsCheck: true as const } : {}),
  })),
  ...findingIf('limits', reachable === false ? false : problem, () => ({
    severity: 'degraded',
    text: texts.slowOrLossy,
    clearsAt: texts.clearsWithinLimits,
  })),
];

/** Milliseconds before its end at which a certificate should have been renewed, if it lasts longer than four times
 * that. */
const renewalMs = 7 * 86_400_000;

/** What is wrong with a target; with its certificate as soon as it should have been renewed. */
export function targetFindings(
  reading: ReachabilityReading,
  before?: LastingFindings,
  texts: RouterTexts = routerTexts,
): Finding[] {
  const { certificate } = reading.probe ?? {};
  if (certificate === undefined)
    return [...reachabilityFindings(reading, before, texts), { key: 'certificate', isUnknown: true }];
  const { validFrom, validTo } = certificate;
  const leftMs = validTo.getTime() - Date.now();
  const isDue = leftMs < Math.min(renewalMs, (validTo.getTime() - validFrom.getTime()) / 4);
  return [
    ...reachabilityFindings(reading, before, texts),
    ...findingIf('certificate', isDue, () => ({
      severity: 'degraded',
      text: leftMs > 0 ? texts.certificateExpires(validTo) : texts.certificateExpired(validTo),
      step: leftMs > 0 ? 'soon' : 'ended',
      clearsAt: texts.clearsWithNewCertificate,
      remedy: texts.renewCertificate,
    })),
  ];
}

/** What is wrong with a router; the line explains the internet connection, and that the DNS server. */
export function routerFindings(
  reading: RouterReading,
  before?: LastingFindings,
  texts: RouterTexts = routerTexts,
): Finding[] {
  const { dns, wan, tr064 } = reading;
  const accountText = tr064?.access && texts.loginProblems[tr064.access];
  return [
    ...reachabilityFindings(reading, before, texts),
    ...findingIf('line', wan && not(wan.link), () => ({
      severity: 'outage',
      text: wan?.access === 'dsl' ? texts.dslOutOfSync : texts.lineDown,
      clearsAt: texts.clearsWhenLineIsUp,
      remedy: texts.checkCable,
      explainsBeyond: true,
    })),
    // A router that is only an access point has no connection to lose.
    ...findingIf('internet', wan && wan.status !== 'unconfigured' ? not(isWanConnected(wan)) : undefined, () => ({
      severity: 'outage',
      text: texts.noInternet,
      clearsAt: texts.clearsWhenConnected,
      remedy: texts.seeRouterPage,
      explainsBeyond: true,
      explainedBy: ['line'],
    })),
    ...findingIf('dns', dns && !dns.answers, () => ({
      severity: 'degraded',
      text: texts.noDns,
      clearsAt: texts.clearsWhenAnswering,
      remedy: texts.restartRouter,
      explainedBy: ['line', 'internet'],
    })),
    ...findingIf('account', tr064?.access === undefined ? undefined : accountText !== undefined, () => ({
      severity: 'degraded',
      text: accountText ?? '',
      step: tr064?.access ?? '',
      clearsAt: texts.clearsWhenLoginAccepted,
      failsCheck: true,
      ...(tr064?.hint === undefined ? {} : { remedy: tr064.hint }),
    })),
  ];
}

/** What is wrong with a repeater. */
export const repeaterFindings = (
  { isConnected }: Tr064PartReadingByTable['repeater'],
  _before?: LastingFindings,
  texts: RouterTexts = routerTexts,
): Finding[] =>
  findingIf('disconnected', not(isConnected), () => ({
    severity: 'degraded',
    text: texts.notConnected,
    clearsAt: texts.clearsWhenConnected,
    remedy: texts.checkPowerAndPlace,
  }));
