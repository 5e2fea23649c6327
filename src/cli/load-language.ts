import type { Settings } from '../settings/index.ts';
import { english, type Language } from '../views/language.ts';
import { type CheckAndOnceTexts, englishCheckAndOnceTexts } from './texts/english.ts';

const loaders: Record<Settings['language'], () => Language | Promise<Language>> = {
  en: () => english,
  de: async () => (await import('./german-names-and-page-texts.ts')).germanNamesAndPageTexts,
};

const textLoaders: Record<Settings['language'], () => CheckAndOnceTexts | Promise<CheckAndOnceTexts>> = {
  en: () => englishCheckAndOnceTexts,
  de: async () => (await import('./texts/german.ts')).germanCheckAndOnceTexts,
};

/** The language that the settings name; others are not loaded. */
export async function loadLanguage({ language }: Pick<Settings, 'language'>): Promise<Language> {
  return loaders[language]();
}

/** What `check` and `once` print in that language. */
export async function loadCheckAndOnceTexts({ language }: Pick<Settings, 'language'>): Promise<CheckAndOnceTexts> {
  return textLoaders[language]();
}

/** The names and the texts of that language, for a command that prints. */
export interface CheckAndOnceLanguage extends Language {
  texts: CheckAndOnceTexts;
}

export const loadCheckAndOnceLanguage = async (
  settings: Pick<Settings, 'language'>,
): Promise<CheckAndOnceLanguage> => ({
  ...(await loadLanguage(settings)),
  texts: await loadCheckAndOnceTexts(settings),
});
