import type { Content, Html } from './html.ts';

/** A metric as the page shows it. */
export interface Shown {
  name: string;
  value: Content;
  /** Its last hour. */
  line?: Html | undefined;
}

/** A device or one of its parts. */
export interface Thing {
  /** Its place on the page. */
  id: string;
  name: string;
  /** Its name where it does not stand below its device. */
  fullName: string;
  /** Maker, model, version. */
  about?: string;
  /** Where it is set up. */
  href?: string | undefined;
  /** What is wrong with it, in words, unless something else that is wrong explains it. */
  wrong: readonly string[];
  /** Set while it can't be read: since when. */
  lostSince?: Date;
  /** What would make its reading whole. */
  hint?: string | undefined;
  /** What is looked at first. */
  numbers: readonly Shown[];
  facts: readonly Shown[];
  parts: readonly Thing[];
}

/** Things of one kind: what one collector reads, or what another agent tells. */
export interface Section {
  id: string;
  title: string;
  /** What is wrong with the whole of it. */
  wrong: readonly string[];
  /** Set while nothing of it can be read. */
  failing?: boolean;
  /** When it was last read with success. */
  read?: Date | undefined;
  /** What stands in place of the age, where that is not known. */
  note?: string;
  /** Where all its values are, from the page on. */
  all?: string;
  things: readonly Thing[];
}
