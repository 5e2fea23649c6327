import { formatDuration } from '../duration.ts';

/** What makes the page live, in the browser: ages that go on, and sections that take on what the agent sends. */
export const pageScript = `
const live = document.getElementById('live');
const howLong = ${formatDuration};
const run = document.body.dataset.run;
let ahead = Date.now() - Date.parse(document.body.dataset.now);
let heard = 0;

/** Makes one element what another is, and leaves alone what is the same: focus and selection stay. */
function become(old, fresh) {
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const wanted = [...fresh.childNodes];
  wanted.forEach((child, index) => {
    const there = old.childNodes[index];
    const same = there && there.nodeName === child.nodeName && (there.id ?? '') === (child.id ?? '');
    if (!same) there ? there.replaceWith(child) : old.append(child);
    else if (child.nodeType !== 1) there.nodeValue === child.nodeValue || (there.nodeValue = child.nodeValue);
    else if (child.nodeName !== 'TIME' || there.dateTime !== child.dateTime) become(there, child);
  });
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
}

function tellAges() {
  const now = Date.now() - ahead;
  for (const time of document.querySelectorAll('time')) {
    const text = howLong(Math.abs(now - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== text) time.textContent = text;
  }
  const silence = (Date.now() - heard) / 1000;
  const state = heard === 0 ? '' : silence > 20 ? 'silent' : 'live';
  if (state !== '') live.textContent = state === 'live' ? 'live' : 'no word from the agent for ' + howLong(silence);
  document.body.className = state;
}

function listen() {
  const events = new EventSource('events');
  events.addEventListener('sections', ({ data }) => {
    const told = JSON.parse(data);
    if (told.run !== run) return location.reload();
    heard = Date.now();
    ahead = heard - Date.parse(told.now);
    for (const [id, text] of Object.entries(told.sections)) {
      const fresh = document.createElement('template');
      fresh.innerHTML = text;
      become(document.getElementById(id), fresh.content.firstElementChild);
    }
    document.title = document.getElementById('summary').dataset.title;
    tellAges();
  });
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 10000);
  };
}
listen();
setInterval(tellAges, 1000);
`;
