import { formatDuration } from '../duration.ts';
import { type Html, html } from './html.ts';

/** How far away a point in time is; the page's script keeps it true. */
export const renderElapsedTime = (at: Date, now: Date): Html =>
  html`<time datetime="${at.toISOString()}">${formatDuration(Math.abs(now.getTime() - at.getTime()) / 1000)}</time>`;

/** The same with its direction: “12 s ago”, “in 3 min”. */
export const renderRelativeTime = (at: Date, now: Date): Html =>
  at > now ? html`in ${renderElapsedTime(at, now)}` : html`${renderElapsedTime(at, now)} ago`;

/** Ages are the reader's to tell: what is sent on change has none, else it would change all the time. */
export const removeElapsedTimes = (text: string): string => text.replaceAll(/(<time [^>]*>)[^<]*/g, '$1');
