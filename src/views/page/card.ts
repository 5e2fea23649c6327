import { age, moment } from './age.ts';
import { type Html, html } from './html.ts';
import type { Section, Shown, Thing } from './thing.ts';

const list = (look: 'numbers' | 'facts', shown: readonly Shown[]) =>
  shown.length === 0 ? '' : html`<dl class="${look}">${shown.map(({ name, value, line }) => html`<div><dt>${name}</dt><dd>${value}${line}</dd></div>`)}</dl>`;

const look = ({ wrong, lostSince }: Thing) => (lostSince !== undefined ? 'lost' : wrong.length > 0 ? 'wrong' : 'well');

const troubles = ({ wrong, hint, lostSince }: Thing, now: Date) =>
  html`${wrong.map(
    (words, index) => html`<p class="trouble">${words}${index === 0 && lostSince !== undefined ? html`, for ${age(lostSince, now)}` : ''}</p>`,
  )}${hint === undefined ? '' : html`<p class="hint">${hint}</p>`}`;

const part = (one: Thing, now: Date) => html`<div class="part ${look(one)}" id="${one.id}" tabindex="-1">
<h4>${one.name}</h4>${troubles(one, now)}${list('numbers', one.numbers)}${list('facts', one.facts)}</div>`;

/** It has more to tell of its parts than fits beside another card. */
const isWide = ({ parts }: Thing) => parts.reduce((sum, { numbers, facts }) => sum + numbers.length + facts.length, 0) > 6;

const card = (device: Thing, now: Date) => html`<article class="card ${look(device)}${isWide(device) ? ' wide' : ''}" id="${device.id}" tabindex="-1">
<h3>${device.href === undefined ? device.name : html`<a href="${device.href}" rel="noreferrer">${device.name}</a>`}</h3>${
  device.about ? html`<p class="about">${device.about}</p>` : ''
}${troubles(device, now)}${list('numbers', device.numbers)}${list('facts', device.facts)}${device.parts.length === 0 ? '' : html`<div class="parts">${device.parts.map((one) => part(one, now))}</div>`}</article>`;

/** Things of one kind, with the age of what is told of them. */
export const sectionHtml = (
  { id, title, wrong, failing, read, note, all, things }: Section,
  now: Date,
): Html => html`<section id="${id}/" tabindex="-1"${failing ? html` class="lost"` : ''}>
<div class="head"><h2>${title}</h2><p>${note ?? (read === undefined ? 'not read yet' : html`read ${moment(read, now)}`)}${all === undefined ? '' : html` · <a href="${all}">all values<span class="aside"> of ${title}</span></a>`}</p></div>
${wrong.map((words) => html`<p class="trouble">${words}</p>`)}${
  things.length === 0 && wrong.length === 0 && read !== undefined ? html`<p class="about">There is none.</p>` : ''
}<div class="cards">${things.map((device) => card(device, now))}</div></section>`;
