import type { LoginLockout } from '../../../lib/login-lockout.ts';
import { HttpStatusError, NoReplyError } from '../../../lib/upnp/http-client.ts';
import { describeError } from '../../../model/errors.ts';

/** What to do, with the labels of the FRITZ!Box user interface. */
export const adviceTexts = {
  /** `logins`: requests that carried the credentials. */
  login: (logins: number) =>
    logins === 0
      ? 'the box offers no digest login'
      : 'the box refused the login: check FRITZBOX_USERNAME and FRITZBOX_PASSWORD, and that the user is not switched off (System, FRITZ!Box Users)',
  off: 'the box does not offer TR-064: switch on “Allow access for applications” (Home Network, Network, Network Settings)',
  hostHeader:
    'the FRITZ!Box rejects this host name: use its IP address instead, or add the name to its DNS rebind protection',
  denied:
    'the FRITZ!Box accepts the login but denies some requests (HTTP 401), as some versions of FRITZ!OS do; left out for now:',
  memory: 'the login waits for the broker, which remembers whether the FRITZ!Box refused it',
  right:
    'the box took the login but lets this user see nothing: give it the right “FRITZ!Box Settings” (System, FRITZ!Box Users)',
} as const;

/** Advice for an error. Without an answer it does not name the request, so that the text stays the same from reading to reading. */
export function adviceForError(error: unknown): string {
  if (error instanceof NoReplyError && error.code !== 'ECONNREFUSED')
    return ['the box does not answer over TR-064', error.code].filter(Boolean).join(': ');
  const text = describeError(error);
  if (error instanceof NoReplyError || (error instanceof HttpStatusError && error.status === 404))
    return `${text}; ${adviceTexts.off}`;
  return error instanceof HttpStatusError && error.status === 400 ? `${text}; ${adviceTexts.hostHeader}` : text;
}

/** Advice for an error that answers every request. */
export const adviceForFailure = (error: unknown): string =>
  `the box answers every request over TR-064 with an error (${describeError(error)}): restart it if that lasts`;

const formatMinute = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Why logins are locked out, and what to do about it; undefined after no refusal. */
export function adviceForRefusal(refusal: LoginLockout['refusal']): string | undefined {
  if (refusal === undefined) return undefined;
  const { reason, isRetriedSoon, acceptedAt } = refusal;
  const accepted = acceptedAt === undefined ? '' : `; it was accepted until ${formatMinute(acceptedAt)}`;
  if (isRetriedSoon) return `${reason}${accepted}, so the agent tries it again within the hour`;
  return `${reason}; then press “Try login again”: the agent itself waits for hours, so that the FRITZ!Box does not lock the user out${accepted}`;
}
