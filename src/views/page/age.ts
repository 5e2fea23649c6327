import { type Html, html } from './html.ts';

/** A distance in time as a person says it: “12 s”, “3 min”, “2 d”. The page's own script runs this function too, so it
 * uses nothing from outside itself. */
export function distance(seconds: number): string {
  const whole = Math.abs(Math.round(seconds));
  if (whole < 100) return `${whole} s`;
  if (whole < 100 * 60) return `${Math.round(whole / 60)} min`;
  if (whole < 48 * 3600) return `${Math.round(whole / 3600)} h`;
  if (whole < 800 * 86_400) return `${Math.round(whole / 86_400)} d`;
  return `${(whole / 86_400 / 365.25).toFixed(1)} years`;
}

/** How far away a point in time is; the page's script keeps it true. */
export const age = (at: Date, now: Date): Html => html`<time datetime="${at.toISOString()}">${distance((now.getTime() - at.getTime()) / 1000)}</time>`;

/** The same with its direction: “12 s ago”, “in 3 min”. */
export const moment = (at: Date, now: Date): Html => (at > now ? html`in ${age(at, now)}` : html`${age(at, now)} ago`);

/** Ages are the reader's to tell: what is sent on change has none, else it would change all the time. */
export const withoutAges = (text: string): string => text.replaceAll(/(<time [^>]*>)[^<]*/g, '$1');
