import type { Declaration } from '../../model/collector.ts';
import type { History } from '../../model/history.ts';
import type { Lab } from '../../model/lab.ts';
import type { Agent, State } from '../../model/state.ts';
import { troubles } from '../troubles.ts';
import { withoutAges } from './age.ts';
import { sectionHtml } from './card.ts';
import { document } from './document.ts';
import type { Html } from './html.ts';
import { others } from './others.ts';
import { sections } from './sections.ts';
import { summary } from './summary.ts';

/** What the page tells of. */
export interface Subject {
  catalogue: readonly Declaration[];
  agent: Agent;
  state: State;
  history: History;
  /** What the other agents say, where this one has the watch. */
  lab?: Pick<Lab, 'topics' | 'silent'>;
}

function* inHtml({ catalogue, agent, state, history, lab }: Subject, now: Date): Iterable<[id: string, Html]> {
  const found = [...sections(catalogue, state, { history, troubles: troubles(catalogue, state), now }), ...(lab === undefined ? [] : others(catalogue, agent, lab, now))];
  yield ['summary', summary(agent, state, found, now)];
  for (const section of found) yield [`${section.id}/`, sectionHtml(section, now)];
}

/** The page as a document. `prefix`: the path that it stands below, where a proxy tells it. */
export const page = (subject: Subject, now: Date, prefix?: string): string =>
  document(
    subject.agent,
    [...inHtml(subject, now)].map(([, section]) => section),
    now,
    prefix,
  );

/** Each section by its id, without the ages, which are the reader's to tell: else all would change all the time. */
export const liveSections = (subject: Subject, now: Date): Map<string, string> => new Map([...inHtml(subject, now)].map(([id, { text }]) => [id, withoutAges(text)]));
