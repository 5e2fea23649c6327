import { resultOfStepsInTurns } from '../model/event-loop-turns.ts';
import type { HistoryRange } from '../model/metric-history.ts';
import {
  liveSectionsById,
  type PageContext,
  pageDocument,
  type RenderedPage,
  renderPageParts,
} from '../views/page/index.ts';
import { LiveSectionStream } from './live-section-stream.ts';
import { DocumentCompressedOnce } from './route.ts';
import { SharedRendering } from './shared-rendering.ts';

/** Documents of one rendering that are kept, each for the prefix of a proxy. */
const maxDocuments = 4;

/** One range of the page, for everybody who looks at it. */
export class SharedPage {
  readonly stream: LiveSectionStream;
  readonly #rendering: SharedRendering<RenderedPage>;
  #latest: RenderedPage | undefined;
  readonly #documents = new Map<string | undefined, DocumentCompressedOnce>();

  constructor(context: PageContext, range: HistoryRange) {
    this.#rendering = new SharedRendering(() => resultOfStepsInTurns(renderPageParts(context, range, new Date())));
    this.stream = new LiveSectionStream(
      () => context.agent.startedAt.toISOString(),
      async () => {
        const page = await this.#rendering.get();
        return { now: page.now, byId: liveSectionsById(page) };
      },
    );
  }

  async documentFor(prefix: string | undefined): Promise<DocumentCompressedOnce> {
    const page = await this.#rendering.get();
    if (this.#latest !== page || this.#documents.size >= maxDocuments) this.#documents.clear();
    this.#latest = page;
    const document = this.#documents.get(prefix) ?? new DocumentCompressedOnce(pageDocument(page, prefix));
    this.#documents.set(prefix, document);
    return document;
  }

  /** The state has changed. */
  update(): void {
    this.#rendering.expire();
    this.stream.update();
  }
}
