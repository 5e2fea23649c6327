import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification, type VitestPluginContext } from 'vitest/node';
import { viteBrowserText } from './scripts/browser-text.mjs';
import { patience } from './test/helpers/patience.ts';
import { Retries } from './test/reporters/retries.ts';

/** In CI a test that fails is run once more: what a busy machine did passes then, and is told by name. */
const retry = process.env.CI ? 1 : 0;
const retries = new Retries();
/** By a plugin, so that no `--reporter` takes its place. */
const plugins = [
  viteBrowserText,
  {
    name: 'retries',
    configureVitest({ vitest }: VitestPluginContext) {
      if (!vitest.config.reporters.includes(retries)) vitest.config.reporters.push(retries);
    },
  },
];

const mounts = '/proc/self/mounts';
/** Machines made of files come and go in memory, in a fifth of the time, where that folder may hold commands too. */
const hasMemoryFolder =
  existsSync(mounts) && /^\S+ \/dev\/shm tmpfs rw(?!\S*\bnoexec)/m.test(readFileSync(mounts, 'utf8'));

/** Folders and files that wait, the longest first: they start processes and brokers, or let days go by. */
const waitsLong = [
  /\/test\/(contract|app|cli\/(forget|setup|texts))\b|\/(adopt|check-broker)\.test/,
  /\/mqtt\/(remove-published-data|device-claim-settler|reconnecting-publisher|rejected-messages-by-topic)\.test/,
  /\/test\/(cli|mqtt)\/|\/(storage-drives-reader|corpus|tr064-client|recorder-budget)\.test/,
];

/** What waits the longest begins first: nothing else is left to wait for at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const rank = ({ moduleId }: TestSpecification) => [...waitsLong, /./].findIndex((those) => those.test(moduleId));
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
}

/** The package manager of this machine works five times as long as the agent that asks it. */
const withoutPackages = { PATH: [join(import.meta.dirname, 'test/bin/packages'), process.env.PATH].join(delimiter) };

/** `npm test` is quick and needs nothing but Node; the suites need real programs, some of them root. `env`: its
 * environment, without the package manager of this machine unless it says so. */
const suite = (name: string, milliseconds: number, env: Record<string, string> = withoutPackages) => {
  const testTimeout = milliseconds * patience;
  return {
    plugins,
    test: {
      name,
      env,
      include: [`test/suites/${name}/**/*.test.ts`],
      testTimeout,
      hookTimeout: testTimeout,
      retry,
      fileParallelism: false,
    },
  };
};

export default defineConfig({
  test: {
    // They wait more than they work.
    maxWorkers: 14,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/suites/**'],
          // For what hangs: a test that works needs a fraction of it, also on a busy machine.
          testTimeout: 90_000 * patience,
          retry,
          isolate: false,
          env: { ...withoutPackages, ...(hasMemoryFolder && { TMPDIR: '/dev/shm' }) },
          setupFiles: ['test/helpers/fresh-modules.ts'],
        },
      },
      suite('broker', 90_000),
      suite('http', 120_000),
      suite('router', 180_000),
      suite('fritzbox', 150_000),
      suite('home-assistant', 180_000),
      suite('ha-config', 240_000),
      suite('changes', 240_000),
      suite('page', 90_000),
      suite('watched', 240_000),
      suite('root', 60_000, {}),
      suite('scarce', 60_000, {}),
      suite('drives', 60_000),
      suite('machine', 600_000, {}),
      suite('storage', 1_200_000, {}),
      suite('install', 1_500_000, {}),
      // Each file has a lab of its own.
      { plugins, test: { ...suite('lab', 200_000).test, fileParallelism: true, maxWorkers: 2 } },
      // They take what they take, and print how far they are.
      { test: { name: 'proof', include: ['scripts/proof/*.proof.ts'], testTimeout: 0, disableConsoleIntercept: true } },
    ],
  },
});
