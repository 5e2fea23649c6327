import type { Settings } from '../settings/index.ts';
import { english, type Language } from '../views/language.ts';

const loaders: Record<Settings['language'], () => Language | Promise<Language>> = {
  en: () => english,
  de: async () => (await import('./german.ts')).german,
};

/** The language that the settings name; others are not loaded. */
export async function loadLanguage({ language }: Pick<Settings, 'language'>): Promise<Language> {
  return loaders[language]();
}
