import { describeError } from '../../../model/errors.ts';
import { HttpStatusError } from '../soap/action.ts';
import { NoReplyError } from '../soap/http-client.ts';

/** What to do, in the words of the box’s own pages. */
export const adviceTexts = {
  off: 'the box shows no TR-064: switch on “Allow access for applications” (Home Network, Network, Network Settings)',
  hostHeader:
    'the box does not like the name that it is asked by: name it by its IP address, or add the name to its DNS rebind protection',
  denied:
    'the box takes the login, but not for every question (HTTP 401), which may be how this FRITZ!OS is; left out until it does:',
  right:
    'the box took the login but lets this user see nothing: give it the right “FRITZ!Box Settings” (System, FRITZ!Box Users)',
} as const;

/** The same for whatever question it was that was not answered: it is told once. */
export function adviceForError(error: unknown): string {
  if (error instanceof NoReplyError && error.code !== 'ECONNREFUSED')
    return ['the box does not answer over TR-064', error.code].filter(Boolean).join(': ');
  const text = describeError(error);
  if (error instanceof NoReplyError || (error instanceof HttpStatusError && error.status === 404))
    return `${text}; ${adviceTexts.off}`;
  return error instanceof HttpStatusError && error.status === 400 ? `${text}; ${adviceTexts.hostHeader}` : text;
}
