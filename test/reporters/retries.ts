import { appendFileSync } from 'node:fs';
import type { Reporter, TestCase } from 'vitest/node';

/** So many may pass at the second try in one run; more are no chance. */
const most = 2;

const maxReasonLength = 500;

/** Tells which tests passed only when they were run again, and fails the run where that are many: a retry must leave a
 * trace. */
export class Retries implements Reporter {
  readonly #late: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const { flaky, retryCount = 0 } = test.diagnostic() ?? {};
    if (!flaky) return;
    const reason = (test.result().errors?.[0]?.message ?? '').replaceAll(/\s+/g, ' ').slice(0, maxReasonLength);
    this.#late.push(
      `passed at try ${retryCount + 1}: ${test.project.name} ${test.module.relativeModuleId} > ${test.fullName}: ${reason}`,
    );
  }

  onTestRunEnd(): void {
    for (const line of this.#late) console.log(line);
    // Where several runs are one, their sum counts.
    if (process.env.RETRIES_FILE)
      appendFileSync(process.env.RETRIES_FILE, this.#late.map((line) => `${line}\n`).join(''));
    if (this.#late.length <= most) return;
    console.log(
      `${this.#late.length} tests did not pass at once; ${most} may: is the machine too busy, or a test too eager?`,
    );
    process.exitCode = 1;
  }
}
