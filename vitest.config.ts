import { defineConfig } from 'vitest/config';

/** In CI a test that fails is run once more: what a busy machine did passes then, and is reported as run twice. */
const retry = process.env.CI ? 1 : 0;

/** `npm test` is quick and needs nothing but Node; the suites need real programs, some of them root. */
const suite = (name: string, testTimeout: number) => ({
  test: { name, include: [`test/suites/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, retry, fileParallelism: false },
});

export default defineConfig({
  test: {
    // They wait more than they work.
    maxWorkers: 4,
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/suites/**'], testTimeout: 15_000, retry } },
      suite('broker', 90_000),
      suite('http', 120_000),
      suite('router', 180_000),
      suite('fritzbox', 150_000),
      suite('home-assistant', 180_000),
      suite('ha-config', 240_000),
      suite('page', 90_000),
      suite('watched', 240_000),
      suite('root', 60_000),
      suite('drives', 60_000),
      suite('machine', 600_000),
      suite('install', 1_500_000),
      // Each file has a lab of its own.
      { test: { ...suite('lab', 200_000).test, fileParallelism: true, maxWorkers: 2 } },
    ],
  },
});
