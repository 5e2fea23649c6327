import type { Declaration } from '../../model/collector.ts';
import type { State } from '../../model/state.ts';
import { statusPath } from '../status.ts';
import type { Section } from './thing.ts';
import { type Background, things } from './things.ts';

/** What tells of the whole lab, then the rest in the catalogue's order. */
const inOrder = (catalogue: readonly Declaration[]) => [...catalogue].sort((a, b) => Number(b.ofLab === true) - Number(a.ofLab === true));

/** What each collector has read. */
export const sections = (catalogue: readonly Declaration[], state: State, background: Background): Section[] =>
  inOrder(catalogue).flatMap((declaration) => {
    const { id, title } = declaration;
    const collector = state.collectors.get(id);
    if (collector === undefined) return [];
    return {
      id,
      title,
      wrong: background.troubles.filter(({ place, quiet }) => place === id && !quiet).map(({ text }) => text),
      failing: collector.error !== undefined,
      read: collector.lastSuccess,
      all: statusPath(declaration).slice(1),
      things: things(declaration, collector, background),
    };
  });
