import type { LoginState } from './tr064/reading.ts';

const loginProblems: Partial<Record<LoginState, string>> = {
  refused: 'refuses the login',
  paused: 'refused the login; it is not tried again for a while',
  unreachable: 'does not answer requests that need the login',
};

/** What is said of routers, targets and repeaters. */
export const routerTexts = {
  noAnswer: 'does not answer',
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
};

export type RouterTexts = typeof routerTexts;
