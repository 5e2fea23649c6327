import type { Html, HtmlContent } from './html.ts';

/** A metric as the page shows it. */
export interface MetricView {
  name: string;
  value: HtmlContent;
  /** Its last hour. */
  sparkline?: Html | undefined;
}

/** A device or one of its parts. */
export interface DeviceView {
  /** Its place on the page. */
  id: string;
  name: string;
  /** Its name where it does not stand below its device. */
  fullName: string;
  /** Maker, model, version. */
  details?: string;
  /** Where it is set up. */
  href?: string | undefined;
  /** What is wrong with it, in words, unless something else that is wrong explains it. */
  problems: readonly string[];
  /** Set while it can't be read: since when. */
  lostSince?: Date;
  /** What would make its reading whole. */
  hint?: string | undefined;
  /** What is looked at first. */
  numbers: readonly MetricView[];
  facts: readonly MetricView[];
  parts: readonly DeviceView[];
}

/** Things of one kind: what one collector reads, or what another agent tells. */
export interface PageSection {
  id: string;
  title: string;
  /** What is wrong with the whole of it. */
  problems: readonly string[];
  /** Set while nothing of it can be read. */
  isFailing?: boolean;
  /** When it was last read with success. */
  lastRead?: Date | undefined;
  /** What stands in place of the age, where that is not known. */
  note?: string;
  /** Where all its values are, from the page on. */
  allValuesPath?: string;
  devices: readonly DeviceView[];
}
