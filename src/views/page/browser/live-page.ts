import { formatDuration } from '../../duration.ts';
import { rememberFolds, showTarget } from './folds.ts';
import { showGraphValueTooltip } from './graph-value-tooltip.ts';
import { morph } from './morph.ts';
import type { ScriptTexts } from './script-texts.ts';

/** What `/events` sends: the sections that changed, by their ids. */
interface Sections {
  /** When the agent started: after a restart its page may have another form. */
  run: string;
  now: string;
  sections: Record<string, string>;
}

/** Silence after which the agent counts as lost; it sends a message every five seconds at least. */
const maxSilenceSeconds = 20;
const retryMs = 10_000;

const byId = (id: string) => document.getElementById(id);
const status = byId('live');
const { run, now: renderedAt = '', range = 'hour', texts: encodedTexts = '' } = document.body.dataset;
const texts: ScriptTexts = JSON.parse(encodedTexts);

/** Milliseconds by which this browser's clock is ahead of the agent's. */
let clockOffset = Date.now() - Date.parse(renderedAt);
let lastMessageAt = 0;

function showElapsedTimes(): void {
  const now = Date.now() - clockOffset;
  for (const time of document.querySelectorAll('time')) {
    const text = formatDuration(Math.abs(now - Date.parse(time.dateTime)) / 1000, texts.durationUnits);
    if (time.textContent !== text) time.textContent = text;
  }
  if (lastMessageAt === 0) return;
  const silence = (Date.now() - lastMessageAt) / 1000;
  const isSilent = silence > maxSilenceSeconds;
  if (status !== null)
    status.textContent = isSilent ? `${texts.silentFor} ${formatDuration(silence, texts.durationUnits)}` : texts.live;
  document.body.className = isSilent ? 'silent' : 'live';
}

const keepTabStop = showGraphValueTooltip(() => new Date(Date.now() - clockOffset), texts);

function update({ run: agentRun, now, sections }: Sections): void {
  if (agentRun !== run) {
    location.reload();
    return;
  }
  lastMessageAt = Date.now();
  clockOffset = lastMessageAt - Date.parse(now);
  for (const [id, text] of Object.entries(sections)) {
    const template = document.createElement('template');
    template.innerHTML = text;
    const [current, target] = [byId(id), template.content.firstElementChild];
    // Something new: a collector's first reading, an agent that joined.
    if (current === null) {
      location.reload();
      return;
    }
    if (target !== null) morph(current, target);
  }
  document.title = byId('summary')?.dataset.title ?? '';
  showElapsedTimes();
  keepTabStop();
}

function listen(): void {
  const events = new EventSource(`events?range=${range}`);
  events.addEventListener('sections', ({ data }) => update(JSON.parse(data)));
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, retryMs);
  };
}

rememberFolds();
addEventListener('hashchange', showTarget);
showTarget();
listen();
setInterval(showElapsedTimes, 1000);
