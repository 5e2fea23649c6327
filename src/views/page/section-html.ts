import { isFaultSeverity, severities } from '../../model/problem.ts';
import type { DeviceView, MetricView, PageSection, ProblemView } from './device-view.ts';
import { type Html, type HtmlContent, html } from './html.ts';
import { renderDistanceToNow, renderRelativeTime } from './relative-time.ts';

const renderMetrics = (cssClass: 'numbers' | 'facts', metrics: readonly MetricView[]) =>
  metrics.length === 0
    ? ''
    : html`<dl class="${cssClass}">${metrics.map(({ name, value, sparkline }) => html`<div><dt>${name}</dt><dd>${value}${sparkline}</dd></div>`)}</dl>`;

/** The severity of its worst fault. */
const cssClassOf = ({ problems, lostSince }: DeviceView) => {
  const worst = severities.find(
    (severity) => isFaultSeverity(severity) && problems.some((one) => one.severity === severity),
  );
  return [lostSince === undefined ? [] : 'lost', worst ?? (lostSince === undefined ? 'well' : [])].flat().join(' ');
};

const renderProblem = ({ severity, text }: ProblemView, since: HtmlContent = '') =>
  html`<p class="trouble ${severity}">${text}${since}</p>`;

const renderProblems = ({ problems, hint, lostSince }: DeviceView, now: Date) =>
  html`${problems.map((problem, index) =>
    renderProblem(
      problem,
      index === 0 && lostSince !== undefined ? html`, for ${renderDistanceToNow(lostSince, now)}` : '',
    ),
  )}${hint === undefined ? '' : html`<p class="hint">${hint}</p>`}`;

const renderPart = (
  part: DeviceView,
  now: Date,
) => html`<div class="part ${cssClassOf(part)}" id="${part.id}" tabindex="-1">
<h4>${part.name}</h4>${renderProblems(part, now)}${renderMetrics('numbers', part.numbers)}${renderMetrics('facts', part.facts)}</div>`;

/** Whether a device's parts have more metrics than fit beside another card. */
const isWide = ({ parts }: DeviceView) =>
  parts.reduce((sum, { numbers, facts }) => sum + numbers.length + facts.length, 0) > 6;

const renderDevice = (
  device: DeviceView,
  now: Date,
) => html`<article class="card ${cssClassOf(device)}${isWide(device) ? ' wide' : ''}" id="${device.id}" tabindex="-1">
<h3>${device.href === undefined ? device.name : html`<a href="${device.href}" rel="noreferrer">${device.name}</a>`}</h3>${
  device.details ? html`<p class="about">${device.details}</p>` : ''
}${renderProblems(device, now)}${renderMetrics('numbers', device.numbers)}${renderMetrics('facts', device.facts)}${device.parts.length === 0 ? '' : html`<div class="parts">${device.parts.map((part) => renderPart(part, now))}</div>`}</article>`;

/** A section with the time of its last reading. */
export const renderSection = (
  { id, title, problems, isFailing, lastRead, note, allValuesPath, devices }: PageSection,
  now: Date,
): Html => html`<section id="${id}/" tabindex="-1"${isFailing ? html` class="lost"` : ''}>
<div class="head"><h2>${title}</h2><p>${note ?? (lastRead === undefined ? 'not read yet' : html`read ${renderRelativeTime(lastRead, now)}`)}${allValuesPath === undefined ? '' : html` · <a href="${allValuesPath}">all values<span class="aside"> of ${title}</span></a>`}</p></div>
${problems.map((problem) => renderProblem(problem))}${
  devices.length === 0 && problems.length === 0 && lastRead !== undefined ? html`<p class="about">None found.</p>` : ''
}<div class="cards">${devices.map((device) => renderDevice(device, now))}</div></section>`;
