import type { Language } from '../language.ts';

/** For whom the page is rendered, and when. */
export interface RenderingContext {
  language: Language;
  now: Date;
}
