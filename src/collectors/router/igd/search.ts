import { HttpError } from '../soap/call.ts';
import { type Description, parseDescription } from '../soap/description.ts';
import { type Send, Unanswered } from '../soap/line.ts';

/** A description, and where it stands. */
export interface Place {
  url: URL;
  description: Description;
}

/** Rejects with Unanswered, HttpError, or an Error that shows what stands there instead. */
export async function describedAt(url: URL, send: Send, signal: AbortSignal): Promise<Place> {
  const { status, body } = await send({ url }, signal);
  if (status !== 200) throw new HttpError(status, `${url.href}: HTTP ${status}`);
  return { url, description: parseDescription(body, url) };
}

/** The first description that suits. A port that does not answer is not asked for a second path. */
export async function search(ports: readonly (readonly URL[])[], send: Send, suits: (description: Description) => boolean, signal: AbortSignal): Promise<Place | undefined> {
  for (const places of ports) {
    for (const url of places) {
      try {
        const place = await describedAt(url, send, signal);
        if (suits(place.description)) return place;
      } catch (error) {
        if (error instanceof Unanswered) break;
      }
    }
  }
  return undefined;
}
