import type { Section, Thing } from './thing.ts';

/** One thing that is wrong: what, in which words, since when, and where on the page it stands. */
export interface Wrong {
  subject: string;
  words: readonly string[];
  since?: Date | undefined;
  place: string;
}

const ofThing = (thing: Thing): Wrong[] => (thing.wrong.length === 0 ? [] : [{ subject: thing.name, words: thing.wrong, since: thing.lostSince, place: thing.id }]);

/** A device that can't be read is one thing that is wrong, however many parts it has. */
const ofDevice = (device: Thing): Wrong[] =>
  device.lostSince === undefined ? [device, ...device.parts.map((part) => ({ ...part, name: `${device.name} ${part.name}` }))].flatMap(ofThing) : ofThing(device);

/** What fails as a whole is told once. The agent's own readings of its collectors say again what their sections say. */
export const wrongOf = (sections: readonly Section[]): Wrong[] =>
  sections
    .filter(({ id }) => id !== 'agent')
    .flatMap(({ id, title, wrong, read, things, failing }) => {
      const whole = wrong.length === 0 ? [] : [{ subject: title, words: wrong, since: failing ? read : undefined, place: `${id}/` }];
      return failing ? whole : [...whole, ...things.flatMap(ofDevice)];
    });
