import type { Declaration } from '../../model/collector.ts';
import type { History } from '../../model/history.ts';
import type { Agent, State } from '../../model/state.ts';
import { withoutAges } from './age.ts';
import { sectionHtml } from './card.ts';
import { document } from './document.ts';
import type { Html } from './html.ts';
import { sections } from './sections.ts';
import { summary } from './summary.ts';

/** All that the page is made of. */
export interface Shown {
  catalogue: readonly Declaration[];
  agent: Agent;
  state: State;
  history: History;
}

function* inHtml({ catalogue, agent, state, history }: Shown, now: Date): Iterable<[id: string, Html]> {
  const found = sections(catalogue, state, history, now);
  yield ['summary', summary(agent, state, found, now)];
  for (const section of found) yield [`${section.id}/`, sectionHtml(section, now)];
}

/** The page as a document. `prefix`: the path that it stands below, where a proxy tells it. */
export const page = (shown: Shown, now: Date, prefix?: string): string =>
  document(
    shown.agent,
    [...inHtml(shown, now)].map(([, section]) => section),
    now,
    prefix,
  );

/** Each section by its id, without the ages, which are the reader's to tell: else all would change all the time. */
export const liveSections = (shown: Shown, now: Date): Map<string, string> => new Map([...inHtml(shown, now)].map(([id, { text }]) => [id, withoutAges(text)]));
