import { createHash } from 'node:crypto';
import type { HistoryRange } from '../../model/metric-history.ts';
import type { AgentIdentity } from '../../model/state.ts';
import pageScript from './browser/live-page.ts?browser';
import type { ScriptTexts } from './browser/script-texts.ts';
import pageStyle from './browser/style.css?browser';
import { Html, html } from './html.ts';
import type { RenderingContext } from './rendering-context.ts';
import type { PageTexts } from './texts.ts';

const cspHash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Allows the style and the script of the page alone, and connections to its own agent alone. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src ${cspHash(pageStyle)}`,
  `script-src ${cspHash(pageScript)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

const iconUrl = (colour: string) =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="${colour}"/></svg>`)}`;

/** What the document is made of. */
export interface PageContent {
  agent: AgentIdentity;
  range: HistoryRange;
  index: Html;
  /** Summary and sections. */
  content: readonly Html[];
}

/** The address of a range, relative to the page. */
const addressOf = (range: HistoryRange) => (range === 'hour' ? './' : `?range=${range}`);

const renderRangeLink = (range: HistoryRange, current: HistoryRange, texts: PageTexts) =>
  html`<a href="${addressOf(range)}"${range === current ? html` aria-current="true"` : ''}><span class="aside">${texts[range].beginning}</span>${texts[range].name}</a>`;

/** The page around its sections. `prefix`: the path below which a proxy serves it. */
export const renderPageDocument = (
  { agent, range, index, content }: PageContent,
  { language, now }: RenderingContext,
  prefix?: string,
): string => {
  const texts = language.page;
  const scriptTexts: ScriptTexts = {
    ...texts.script,
    decimalSeparator: texts.decimalSeparator,
    durationUnits: language.durationUnits,
  };
  // With the query, so that a link to a place on the page stays on the page.
  const base = prefix === undefined ? '' : html`<base href="${prefix}/${range === 'hour' ? '' : addressOf(range)}">\n`;
  return html`<!doctype html>
<html lang="${texts.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${base}<title>${agent.name}</title>
<link rel="icon" href="${iconUrl('#2e9e6a')}">
<style>${new Html(pageStyle)}</style>
<noscript><meta http-equiv="refresh" content="30"></noscript>
</head>
<body data-run="${agent.startedAt.toISOString()}" data-now="${now.toISOString()}" data-range="${range}" data-texts="${JSON.stringify(scriptTexts)}">
<header><h1>${agent.name}${agent.site === undefined ? '' : html`<small>${agent.site}</small>`}</h1><nav id="range" aria-label="${texts.rangeSwitch}">${(['hour', 'day'] as const).map((one) => renderRangeLink(one, range, texts))}</nav><p id="live">${texts.asOf(now.toISOString().slice(11, 16))}</p></header>
${index}
<main>
${content}
</main>
<footer><p>infra-monitor ${agent.version} · <a href="health/">${texts.health}</a> · <a href="metrics">${texts.metrics}</a> · <a href="openapi.json">API</a></p></footer>
<script>${new Html(pageScript)}</script>
</body>
</html>
`.text;
};
