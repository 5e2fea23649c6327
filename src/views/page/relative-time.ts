import { formatDuration } from '../duration.ts';
import { type Html, html } from './html.ts';
import type { RenderingContext } from './rendering-context.ts';

/** Time from now to a moment, without its direction; the page's script keeps it current. */
export const renderDistanceToNow = (at: Date, { now, language }: RenderingContext): Html =>
  html`<time datetime="${at.toISOString()}">${formatDuration(Math.abs(now.getTime() - at.getTime()) / 1000, language.durationUnits)}</time>`;

/** The same with its direction: “12 s ago”, “in 3 min”. */
export const renderRelativeTime = (at: Date, context: RenderingContext): Html => {
  const { now, language } = context;
  return language.page[at > now ? 'ahead' : 'ago'](renderDistanceToNow(at, context));
};

/** Empties the elapsed times in a section's HTML, which would change all the time; the page's script fills them in. */
export const withoutTimeElementTexts = (text: string): string => text.replaceAll(/(<time [^>]*>)[^<]*/g, '$1');
