import type { Settings } from '../settings/index.ts';
import { english, type Language } from '../views/language.ts';
import { type CommandTexts, englishTexts } from './texts/english.ts';

const loaders: Record<Settings['language'], () => Language | Promise<Language>> = {
  en: () => english,
  de: async () => (await import('./german-names-and-page-texts.ts')).germanNamesAndPageTexts,
};

const textLoaders: Record<Settings['language'], () => CommandTexts | Promise<CommandTexts>> = {
  en: () => englishTexts,
  de: async () => (await import('./texts/german.ts')).germanTexts,
};

/** The language that the settings name; others are not loaded. */
export async function loadLanguage({ language }: Pick<Settings, 'language'>): Promise<Language> {
  return loaders[language]();
}

/** What `check` and `once` print in that language. */
export async function loadCommandTexts({ language }: Pick<Settings, 'language'>): Promise<CommandTexts> {
  return textLoaders[language]();
}

/** The names and the texts of that language, for a command that prints. */
export interface CommandLanguage extends Language {
  texts: CommandTexts;
}

export const loadCommandLanguage = async (settings: Pick<Settings, 'language'>): Promise<CommandLanguage> => ({
  ...(await loadLanguage(settings)),
  texts: await loadCommandTexts(settings),
});
