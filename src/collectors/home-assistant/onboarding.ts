import { type IncomingMessage, get as overHttp } from 'node:http';
import { get as overTls } from 'node:https';
import * as z from 'zod/mini';

/** Only one that is not set up, or has been since its start, answers here (homeassistant/components/onboarding/views.py). */
const path = 'api/onboarding';
/** Characters; the real answer has some 150. */
const maxAnswerLength = 10_000;
const steps = z.array(z.object({ step: z.string(), done: z.boolean() }));

const get = (url: URL, ca: string[] | undefined, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? overTls(url, { signal, ...(ca === undefined ? {} : { ca }) }, resolve)
        : overHttp(url, { signal }, resolve);
    request.on('error', reject);
  });

/** Does it still wait for its first user? */
export async function isAwaitingOnboarding(
  base: URL,
  authorities: string[] | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const response = await get(new URL(path, base.href.replace(/\/?$/, '/')), authorities, signal);
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) {
      body += chunk;
      if (body.length > maxAnswerLength) return false;
    }
    const answer = steps.safeParse(JSON.parse(body));
    return answer.success && answer.data.some(({ done }) => !done);
  } catch {
    return false;
  }
}
