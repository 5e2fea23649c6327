import { type DashboardTexts, englishDashboardTexts } from './texts.ts';

/** The part of a language that dashboards need. */
export interface DashboardLanguage {
  dashboard: DashboardTexts;
  /** By collector; what is not there has the title of the catalogue. */
  collectors: Readonly<Record<string, { title: string }>>;
  /** By collector and table; the words for states of each metric. */
  tables: Readonly<
    Record<string, Readonly<Record<string, { states?: Readonly<Record<string, Readonly<Record<string, string>>>> }>>>
  >;
}

export const englishDashboard: DashboardLanguage = { dashboard: englishDashboardTexts, collectors: {}, tables: {} };

/** The states of an enum that Home Assistant has no words for, with ours: in English, those of several words. */
export function stateWordsOf(
  { tables }: DashboardLanguage,
  { collector, table, metric }: { collector: string; table: string; metric: string },
  options: readonly string[] = [],
): Readonly<Record<string, string>> {
  const words = tables[collector]?.[table]?.states?.[metric];
  return Object.fromEntries(
    options.flatMap((option) => {
      const word = words?.[option] ?? option.replaceAll('_', ' ');
      return word === option ? [] : [[option, word]];
    }),
  );
}
