import { TranslatableError, translatableTextOfError } from '../../model/translatable-error.ts';
import { type AnyTranslatableText, renderTranslatableText } from '../../model/translation.ts';

const dayMs = 24 * 3600 * 1000;
/** Pause after a failed request. */
const retryMs = 3600 * 1000;
const timeoutMs = 5000;

/** The version that the project's page of releases leads to, which is the newest. Rejects if there is none. */
async function readLatestVersion(address: string, signal: AbortSignal): Promise<string> {
  const url = `${address}/releases/latest`;
  const { status, headers } = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  }).catch((cause: unknown) => {
    throw new Error(url, { cause });
  });
  const version = /\/tag\/v(\d+\.\d+\.\d+)$/.exec(headers.get('location') ?? '')?.[1];
  if (version === undefined) throw new TranslatableError((texts = agentTexts) => texts.noRelease(url, status));
  return version;
}

/** What is said of the agent itself. */
export const agentTexts = {
  releasesUnknown: 'UPDATE_CHECK has no effect: this build does not know where the project publishes its releases',
  /** `status`: of HTTP. */
  noRelease: (url: string, status: number) => `${url}: no release (HTTP ${status})`,
};

export type AgentTexts = typeof agentTexts;

interface LatestRelease {
  latest?: string;
  /** Why it could not be read. */
  hint?: AnyTranslatableText;
}

/** Asks the project once a day for its latest release. `address`: that of the project, if it has one. */
export class LatestReleaseReader {
  readonly #address: string | undefined;
  readonly #now: () => number;
  #dueAt = Number.NEGATIVE_INFINITY;
  #known: LatestRelease = {};

  /** `now`: a monotonic clock in milliseconds. */
  constructor(address: string | undefined, now: () => number = () => performance.now()) {
    this.#address = address;
    this.#now = now;
  }

  /** The latest version that is known. Never rejects. */
  async read(signal: AbortSignal): Promise<LatestRelease> {
    if (this.#address === undefined) return { hint: (texts = agentTexts) => texts.releasesUnknown };
    if (this.#now() < this.#dueAt) return this.#known;
    try {
      this.#known = { latest: await readLatestVersion(this.#address, signal) };
      this.#dueAt = this.#now() + dayMs;
    } catch (error) {
      const reason = translatableTextOfError(error);
      this.#known = {
        ...this.#known,
        hint: (texts = agentTexts) => `UPDATE_CHECK: ${renderTranslatableText(reason, texts)}`,
      };
      this.#dueAt = this.#now() + retryMs;
    }
    return this.#known;
  }
}
