import { type Finding, findingIf, type LastingFindings } from '../../model/problem.ts';
import type { ReachabilityReading } from './reachability.ts';
import type { RouterReading } from './reading.ts';
import { isWanConnected } from './router-events.ts';
import { fritzBoxTexts } from './tr064/advice.ts';
import type { LoginState } from './tr064/reading.ts';
import type { Tr064SubDeviceReadingByTable } from './tr064/sub-devices.ts';

const loginProblems: Partial<Record<LoginState, string>> = {
  refused: 'refuses the login',
  paused: 'refused the login; it is not tried again for a while',
  unreachable: 'does not answer requests that need the login',
};

/** What is said of routers, targets and repeaters. */
export const routerTexts = {
  ...fritzBoxTexts,
  noAnswer: 'does not answer',
  noAnswerYet: 'no answer yet',
  clearsWhenAnswering: 'when it answers',
  checkRunning: 'check that it is running and connected',
  slowOrLossy: 'answers too slowly or loses too many packets',
  clearsWithinLimits: 'within its limits for latency and loss',
  certificateExpires: (day: Date) => `its certificate expires on ${day.toISOString().slice(0, 10)}`,
  certificateExpired: (day: Date) => `its certificate expired on ${day.toISOString().slice(0, 10)}`,
  clearsWithNewCertificate: 'when it shows a new one',
  renewCertificate: 'renew the certificate, and find out why it was not renewed automatically',
  dslOutOfSync: 'the DSL line is out of sync',
  lineDown: 'the line is down',
  clearsWhenLineIsUp: 'when the line is up',
  checkCable: 'check the cable; if the problem persists, contact the provider',
  noInternet: 'no internet connection',
  clearsWhenConnected: 'when it is connected',
  seeRouterPage: 'look at the router’s own page; if the problem persists, contact the provider',
  noDns: 'its DNS server does not answer',
  restartRouter: 'restart the router if the problem persists',
  loginProblems,
  clearsWhenLoginAccepted: 'when it accepts the login',
  notConnected: 'not connected',
  checkPowerAndPlace: 'check its power and its place',
  /** `error`: what is wrong with the answer. */
  unmeasurableHttp: (error: string) => `it answers, but not with HTTP that can be measured: ${error}`,
  noGateway: 'there is no default gateway, and FRITZBOX_HOSTS is not set',
};

export type RouterTexts = typeof routerTexts;

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
      ...(tr064?.hint === undefined ? {} : { remedy: tr064.hint(texts) }),
    })),
  ];
}

/** What is wrong with a repeater. */
export const repeaterFindings = (
  { isConnected }: Tr064SubDeviceReadingByTable['repeater'],
  _before?: LastingFindings,
  texts: RouterTexts = routerTexts,
): Finding[] =>
  findingIf('disconnected', not(isConnected), () => ({
    severity: 'degraded',
    text: texts.notConnected,
    clearsAt: texts.clearsWhenConnected,
    remedy: texts.checkPowerAndPlace,
  }));
