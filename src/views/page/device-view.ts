import type { Severity } from '../../model/problem.ts';
import type { Html, HtmlContent } from './html.ts';

/** A metric as the page shows it. */
export interface MetricView {
  name: string;
  value: HtmlContent;
  /** How worrying the value is; undefined for a good one. */
  color?: 'amber' | 'red' | undefined;
  /** Recent values, as a line or as a strip of time. */
  history?: Html | undefined;
  /** How much of 100 % it is. */
  bar?: Html | undefined;
}

/** A problem as a card shows it. */
export interface ProblemView {
  severity: Severity;
  text: HtmlContent;
}

/** A device or one of its parts. */
export interface DeviceView {
  /** Id of its HTML element. */
  id: string;
  /** What it is, in the singular: “File system”. */
  kind: string;
  /** What several of them are, in another language than English. */
  plural?: string | undefined;
  name: string;
  /** The name with the device's, for a place outside the device. */
  fullName: string;
  /** Maker, model, version. */
  details?: string;
  /** Address of its own user interface. */
  href?: string | undefined;
  /** Its problems, except those that another problem of the same device explains. */
  problems: readonly ProblemView[];
  /** Since when it can't be read; absent while it can. */
  lostSince?: Date;
  /** How to make its reading complete. */
  hint?: string | undefined;
  /** Metrics that are shown large. */
  numbers: readonly MetricView[];
  /** Whether it can be reached, now and before. */
  uptimes: readonly MetricView[];
  facts: readonly MetricView[];
  parts: readonly DeviceView[];
}

/** Devices of one collector, or of another agent. */
export interface PageSection {
  id: string;
  title: string;
  /** The site of another agent: its sections stand together. */
  site?: string;
  /** The page of another agent. */
  href?: string | undefined;
  /** Problems of the collector as a whole, or of the agent. */
  problems: readonly ProblemView[];
  /** True while nothing of it can be read. */
  isFailing?: boolean;
  /** Time of the last successful reading. */
  lastRead?: Date | undefined;
  /** Text in place of the time of the last reading, where that is unknown. */
  note?: string;
  /** Path of all its values, relative to the page. */
  allValuesPath?: string;
  /** What is said where there is no device. */
  nothingFound?: string | undefined;
  /** How its devices belong together. */
  overview?: Html | undefined;
  devices: readonly DeviceView[];
}

/** The address unless it is not http or https: a device or another agent may name any. */
export const httpUrlOrUndefined = (address: string | undefined): string | undefined =>
  address !== undefined && /^https?:\/\//i.test(address) ? address : undefined;

/** Whether there is nothing to show of a device or part but its name. */
export const isNameOnly = ({ problems, hint, lostSince, numbers, uptimes, facts, parts }: DeviceView): boolean =>
  hint === undefined &&
  lostSince === undefined &&
  [problems, numbers, uptimes, facts, parts].every((list) => list.length === 0);
