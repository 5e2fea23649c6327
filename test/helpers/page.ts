import { runStepsAtOnce } from '../../src/model/event-loop-turns.ts';
import type { HistoryRange } from '../../src/model/metric-history.ts';
import { liveSectionsById, type PageContext, pageDocument, renderPageParts } from '../../src/views/page/index.ts';

/** The page as a document. */
export const renderPage = (context: PageContext, range: HistoryRange, now: Date, prefix?: string): string =>
  pageDocument(runStepsAtOnce(renderPageParts(context, range, now)), prefix);

/** What listeners get of the page, by the ids of its sections. */
export const renderLiveSectionsById = (context: PageContext, range: HistoryRange, now: Date): Map<string, string> =>
  liveSectionsById(runStepsAtOnce(renderPageParts(context, range, now)));
