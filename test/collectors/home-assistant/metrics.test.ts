import { expect, test } from 'vitest';
import { homeAssistantTables } from '../../../src/collectors/home-assistant/metrics.ts';
import { evaluateMetrics } from '../../../src/loop/evaluate-metrics.ts';

const dayMs = 86_400_000;

test.each([
  [10.5, 10],
  [0.5, 0],
  [-2.5, -3],
])('a certificate that is valid for %d days has %d left', (days, left) => {
  const certificate = { validTo: new Date(Date.now() + days * dayMs), problem: undefined };
  const { sample } = evaluateMetrics(homeAssistantTables.instance.metrics, {
    visit: { certificate },
    history: undefined,
  });
  expect(sample.certificate_left).toBe(left);
});
