import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import * as z from 'zod/mini';

/** An instance answers here only if it is not set up, or has been set up since its start (homeassistant/components/onboarding/views.py). */
const path = 'api/onboarding';
/** Characters; the real answer has about 150. */
const maxAnswerLength = 10_000;
const stepsSchema = z.array(z.object({ step: z.string(), done: z.boolean() }));

const get = (url: URL, ca: string[] | undefined, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? httpsGet(url, { signal, ...(ca === undefined ? {} : { ca }) }, resolve)
        : httpGet(url, { signal }, resolve);
    request.on('error', reject);
  });

/** Whether the instance waits for its first user; false if that cannot be determined. */
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
    const answer = stepsSchema.safeParse(JSON.parse(body));
    return answer.success && answer.data.some(({ done }) => !done);
  } catch {
    return false;
  }
}
