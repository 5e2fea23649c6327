import { HttpStatusError } from '../soap/action.ts';
import { NoReplyError, type SendRequest } from '../soap/http-client.ts';
import { parseUpnpDescription, type UpnpDescription } from '../soap/upnp-description.ts';

/** A description and its URL. */
export interface LocatedDescription {
  url: URL;
  description: UpnpDescription;
}

/** Rejects with NoReplyError, HttpStatusError, or an Error that quotes what was found instead. */
export async function fetchLocatedDescription(
  url: URL,
  send: SendRequest,
  signal: AbortSignal,
): Promise<LocatedDescription> {
  const { status, body } = await send({ url }, signal);
  if (status !== 200) throw new HttpStatusError(status, `${url.href}: HTTP ${status}`);
  return { url, description: parseUpnpDescription(body, url) };
}

/** The first description that fits. No second path is tried at a port that does not answer. `ports`: the URLs of each port. */
export async function findLocatedDescription(
  ports: readonly (readonly URL[])[],
  send: SendRequest,
  fits: (description: UpnpDescription) => boolean,
  signal: AbortSignal,
): Promise<LocatedDescription | undefined> {
  for (const urls of ports) {
    for (const url of urls) {
      try {
        const found = await fetchLocatedDescription(url, send, signal);
        if (fits(found.description)) return found;
      } catch (error) {
        if (error instanceof NoReplyError) break;
      }
    }
  }
  return undefined;
}
