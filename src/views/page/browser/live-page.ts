import { formatDuration } from '../../duration.ts';

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
const { run, now: renderedAt = '' } = document.body.dataset;

/** Milliseconds by which this browser's clock is ahead of the agent's. */
let clockOffset = Date.now() - Date.parse(renderedAt);
let lastMessageAt = 0;

/** Makes one element equal to another and leaves alone what is the same, so that focus and selection stay. */
function morph(current: Element, target: Element): void {
  // Whether details are open is up to the reader.
  for (const { name } of [...current.attributes])
    if (!target.hasAttribute(name) && name !== 'open') current.removeAttribute(name);
  for (const { name, value } of target.attributes)
    if (current.getAttribute(name) !== value) current.setAttribute(name, value);
  const children = [...target.childNodes];
  children.forEach((child, index) => {
    const existing = current.childNodes[index];
    if (existing === undefined) current.append(child);
    else if (!isSameNode(existing, child)) existing.replaceWith(child);
    else if (existing instanceof Element && child instanceof Element) {
      if (!isSameTime(existing, child)) morph(existing, child);
    } else if (existing.nodeValue !== child.nodeValue) existing.nodeValue = child.nodeValue;
  });
  while (current.childNodes.length > children.length) current.lastChild?.remove();
}

const idOf = (node: Node) => (node instanceof Element ? node.id : '');
const isSameNode = (one: Node, other: Node) => one.nodeName === other.nodeName && idOf(one) === idOf(other);

/** An elapsed time arrives empty; this script fills it in. */
const isSameTime = (one: Element, other: Element) =>
  one instanceof HTMLTimeElement && other instanceof HTMLTimeElement && one.dateTime === other.dateTime;

function showElapsedTimes(): void {
  const now = Date.now() - clockOffset;
  for (const time of document.querySelectorAll('time')) {
    const text = formatDuration(Math.abs(now - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== text) time.textContent = text;
  }
  if (lastMessageAt === 0) return;
  const silence = (Date.now() - lastMessageAt) / 1000;
  const isSilent = silence > maxSilenceSeconds;
  if (status !== null)
    status.textContent = isSilent ? `no message from the agent for ${formatDuration(silence)}` : 'live';
  document.body.className = isSilent ? 'silent' : 'live';
}

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
    if (current !== null && target !== null) morph(current, target);
  }
  document.title = byId('summary')?.dataset.title ?? '';
  showElapsedTimes();
}

function listen(): void {
  const events = new EventSource('events');
  events.addEventListener('sections', ({ data }) => update(JSON.parse(data)));
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, retryMs);
  };
}

listen();
setInterval(showElapsedTimes, 1000);
