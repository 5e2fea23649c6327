import type { StepwiseWork } from '../../model/event-loop-turns.ts';
import { isFaultSeverity, severities } from '../../model/problem.ts';
import type { DeviceView, MetricView, PageSection, ProblemView } from './device-view.ts';
import { type Html, type HtmlContent, html } from './html.ts';
import { groupPartsByKind, type PartGroup } from './part-groups.ts';
import { renderDistanceToNow, renderRelativeTime } from './relative-time.ts';
import type { RenderingContext } from './rendering-context.ts';

const renderMetric = ({ name, value, color, history, bar }: MetricView) =>
  html`<div><dt>${name}</dt><dd${color === undefined ? '' : html` class="${color}"`}>${value}</dd>${history === undefined && bar === undefined ? '' : html`<dd class="graph">${history}${bar}</dd>`}</div>`;

const renderMetrics = (cssClass: 'numbers' | 'uptimes' | 'facts', metrics: readonly MetricView[]) =>
  metrics.length === 0 ? '' : html`<dl class="${cssClass}">${metrics.map(renderMetric)}</dl>`;

const renderAllMetrics = ({ numbers, uptimes, facts }: DeviceView) => [
  renderMetrics('numbers', numbers),
  renderMetrics('uptimes', uptimes),
  renderMetrics('facts', facts),
];

/** The severity of the worst fault. */
const worstFaultOf = (problems: readonly ProblemView[]) =>
  severities.find((severity) => isFaultSeverity(severity) && problems.some((one) => one.severity === severity));

const cssClassOf = ({ problems, lostSince }: DeviceView) => {
  const worst = worstFaultOf(problems);
  return [lostSince === undefined ? [] : 'lost', worst ?? (lostSince === undefined ? 'well' : [])].flat().join(' ');
};

const renderProblem = ({ severity, text }: ProblemView, since: HtmlContent = '') =>
  html`<p class="trouble ${severity}">${text}${since}</p>`;

const renderProblems = ({ problems, hint, lostSince }: DeviceView, context: RenderingContext) =>
  html`${problems.map((problem, index) =>
    renderProblem(
      problem,
      index === 0 && lostSince !== undefined
        ? html`, ${context.language.page.lasting(renderDistanceToNow(lostSince, context))}`
        : '',
    ),
  )}${hint === undefined ? '' : html`<p class="hint">${hint}</p>`}`;

const renderNameAndLink = ({ name, href }: Pick<DeviceView, 'name' | 'href'>) =>
  href === undefined ? name : html`<a href="${href}" rel="noreferrer">${name}</a>`;

const renderPart = (part: DeviceView, context: RenderingContext) =>
  html`<div class="part ${cssClassOf(part)}" id="${part.id}" tabindex="-1">
<h4>${part.name}</h4>${renderProblems(part, context)}${renderAllMetrics(part)}</div>`;

/** Parts of one kind, to fold. What is folded says what is wrong in it. */
function* renderPartGroup(
  device: DeviceView,
  { id, title, parts, isOpen }: PartGroup,
  context: RenderingContext,
): StepwiseWork<Html> {
  const content: Html[] = [];
  for (const part of parts) {
    content.push(renderPart(part, context));
    yield 1;
  }
  const worst = worstFaultOf(parts.flatMap(({ problems }) => problems));
  return html`<details class="group${worst === undefined ? '' : ` ${worst}`}" id="${device.id}/${id}/"${isOpen ? html` open` : ''}>
<summary><span>${title}</span> <small>${parts.length}</small>${worst === undefined ? '' : html` <strong>${context.language.severities[worst]}</strong>`}</summary><div class="parts">${content}</div></details>`;
}

/** Whether a device's parts have more metrics than fit beside another card. */
const isWide = ({ parts }: DeviceView) =>
  parts.reduce((sum, { numbers, facts }) => sum + numbers.length + facts.length, 0) > 6;

function* renderDevice(device: DeviceView, context: RenderingContext): StepwiseWork<Html> {
  const groups: Html[] = [];
  for (const group of groupPartsByKind(device.parts)) groups.push(yield* renderPartGroup(device, group, context));
  return html`<article class="card ${cssClassOf(device)}${isWide(device) ? ' wide' : ''}" id="${device.id}" tabindex="-1">
<h3>${renderNameAndLink(device)}</h3>${
    device.details ? html`<p class="about">${device.details}</p>` : ''
  }${renderProblems(device, context)}${renderAllMetrics(device)}${groups}</article>`;
}

function* renderCards(devices: readonly DeviceView[], context: RenderingContext): StepwiseWork<Html> {
  const cards: Html[] = [];
  for (const device of devices) {
    cards.push(yield* renderDevice(device, context));
    yield 1;
  }
  return html`<div class="cards">${cards}</div>`;
}

/** Cards that stand open, if there are more of them than anybody wants to scroll past; those that are not well always
 * do. */
const maxOpenCards = 12;

/** Whether all of it could be read, and nothing is wrong with it or its parts. */
const isWell = ({ problems, hint, lostSince, parts }: DeviceView): boolean =>
  problems.length === 0 && hint === undefined && lostSince === undefined && parts.every(isWell);

/** The cards of a section. Of many, those that are well are folded. */
function* renderDevices(id: string, devices: readonly DeviceView[], context: RenderingContext): StepwiseWork<Html> {
  if (devices.length <= maxOpenCards) return yield* renderCards(devices, context);
  const well = devices.filter(isWell);
  const open = devices.filter((device) => !isWell(device));
  const texts = context.language.page;
  if (well.length === 0) return yield* renderCards(open, context);
  return html`${open.length === 0 ? '' : yield* renderCards(open, context)}<details class="group" id="${id}/well/"><summary><span>${texts[open.length === 0 ? 'allAreWell' : 'othersAreWell']}</span> <small>${well.length}</small></summary>${yield* renderCards(well, context)}</details>`;
}

/** The devices of another agent, folded: they are on its own page. */
function* renderFoldedDevices({ id, devices }: PageSection, context: RenderingContext): StepwiseWork<HtmlContent> {
  return devices.length === 0
    ? ''
    : html`<details class="group" id="${id}/devices/"><summary><span>${context.language.page.lastValues}</span> <small>${devices.length}</small></summary>${yield* renderCards(devices, context)}</details>`;
}

/** A section with the time of its last reading. */
export function* renderSection(section: PageSection, context: RenderingContext): StepwiseWork<Html> {
  const { id, title, site, href, problems, isFailing, lastRead, note, allValuesPath, nothingFound, overview, devices } =
    section;
  const texts = context.language.page;
  const time = note ?? (lastRead === undefined ? texts.notReadYet : texts.read(renderRelativeTime(lastRead, context)));
  const link =
    allValuesPath === undefined
      ? ''
      : html` · <a href="${allValuesPath}">${texts.allValues}<span class="aside"> ${texts.ofSection(title)}</span></a>`;
  const isEmpty = devices.length === 0 && problems.length === 0 && lastRead !== undefined;
  const cssClasses = [isFailing ? ['lost'] : [], site === undefined ? [] : ['other']].flat();
  return html`<section id="${id}/" tabindex="-1"${cssClasses.length === 0 ? '' : html` class="${cssClasses.join(' ')}"`}>
<div class="head">${site === undefined ? html`<h2>${title}</h2>` : html`<h3>${renderNameAndLink({ name: title, href })}</h3>`}<p>${time}${link}</p></div>
${problems.map((problem) => renderProblem(problem))}${isEmpty ? html`<p class="about">${nothingFound ?? texts.nothingFound}</p>` : ''}${overview}${
  site === undefined ? yield* renderDevices(id, devices, context) : yield* renderFoldedDevices(section, context)
}</section>`;
}
