import type { Secret } from '../../model/secret.ts';
import { type Insight, insight } from './insight.ts';
import { type Answer, type Certificate, Line } from './line.ts';
import { awaitsOnboarding } from './onboarding.ts';
import { type Circumstances, type State, stateOfAnswer, stateOfCertificate, stateOfError } from './states.ts';

/** What one look at a Home Assistant found. */
export interface Sight extends Circumstances {
  state: State;
  /** Did it greet us? */
  reachable: boolean;
  version?: string | undefined;
  /** Milliseconds from the first packet to the greeting. */
  latency?: number | undefined;
  certificate?: Certificate | undefined;
  insight?: Insight | undefined;
  /** It was told the token, and does not take it. */
  refused?: true;
}

export interface Equipment {
  token: Secret | undefined;
  /** Certificates to trust, in place of Node's own. */
  authorities: string[] | undefined;
}

const mostRedirects = 3;
const path = '/api/websocket';

const socketOf = (base: URL) => new URL(base.href.replace(/\/$/, '') + path);

/** The address that a redirect of the WebSocket means; undefined where it leads to something else, a login page. */
function baseOf(location: string, from: URL): URL | undefined {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol) || !target.pathname.endsWith(path)) return undefined;
  return new URL(target.pathname.slice(0, -path.length) || '/', target.origin);
}

interface Knock {
  base: URL;
  found: Line | Answer;
  latency: number;
}

/** Knocks, and where it is sent elsewhere, there. */
async function knock(url: URL, authorities: string[] | undefined, signal: AbortSignal): Promise<Knock> {
  let base = url;
  for (let redirects = 0; ; redirects += 1) {
    const began = performance.now();
    const found = await Line.open(socketOf(base), authorities, signal);
    const next = found instanceof Line || found.location === undefined || redirects === mostRedirects ? undefined : baseOf(found.location, socketOf(base));
    if (next === undefined) return { base, found, latency: performance.now() - began };
    base = next;
  }
}

/** What it tells once it has greeted us. */
async function inside(line: Line, base: URL, { token, authorities }: Equipment, signal: AbortSignal): Promise<Pick<Sight, 'state' | 'insight' | 'refused'>> {
  if (token !== undefined && (await line.authenticate(token))) {
    const told = await insight(line);
    return { state: told.state, insight: told };
  }
  const state = (await awaitsOnboarding(base, authorities, signal)) ? 'onboarding' : 'answering';
  return token === undefined ? { state } : { state, refused: true };
}

/** Looks once. The token is told only at the address that the settings name, and under a certificate that is trusted. */
export async function visit(url: URL, equipment: Equipment, signal: AbortSignal): Promise<Sight> {
  const knocked = await knock(url, equipment.authorities, signal).catch((error: unknown) => ({ error }));
  if ('error' in knocked) return { url, reachable: false, state: stateOfError(knocked.error) };
  const { base, found, latency } = knocked;
  const movedTo = base.origin === url.origin ? undefined : base;
  const { certificate } = found;
  if (!(found instanceof Line)) return { url, movedTo, certificate, status: found.status, reachable: false, state: stateOfAnswer(found) };
  const greeted = { url, movedTo, certificate, latency, reachable: true, version: found.version };
  try {
    if (certificate?.problem !== undefined) return { ...greeted, state: stateOfCertificate(certificate.problem) };
    if (movedTo !== undefined) return { ...greeted, state: 'moved' };
    return { ...greeted, ...(await inside(found, base, equipment, signal)) };
  } catch (error) {
    return { ...greeted, state: stateOfError(error) };
  } finally {
    found.close();
  }
}
