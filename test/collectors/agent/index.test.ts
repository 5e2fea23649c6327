import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { agentCollector } from '../../../src/collectors/agent/index.ts';
import { evaluateMetrics } from '../../../src/loop/evaluate-metrics.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { hostRoots } from '../../helpers/tree.ts';

const { metrics } = agentCollector.tables.agent;

test('the processor time since the last reading is a share of one processor', async () => {
  const state = new MutableAgentState('');
  const memory = state.memoryStore.forCollector(agentCollector);
  const source = await agentCollector.open({ UPDATE_CHECK: false }, { agent, state, memory, hostRoots: hostRoots() });
  if (!('read' in source)) throw new Error(source.inactiveReason);
  const end = performance.now() + 50;
  while (performance.now() < end);
  const [observed] = await source.read(new AbortController().signal);
  if (observed === undefined || !('reading' in observed)) throw new Error('the agent is not among its observations');
  const { agent_cpu: share = 0, agent_memory: bytes = 0 } = evaluateMetrics(metrics, observed.reading).rawNumbers;
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThanOrEqual(availableParallelism());
  expect(bytes).toBeGreaterThan(1e7);
});

test('the device of the machine leads to the page, if other machines can reach it', async () => {
  const state = new MutableAgentState('');
  const memory = state.memoryStore.forCollector(agentCollector);
  let url: string | undefined = 'http://192.168.2.5:8000/';
  const context = { agent, state, memory, hostRoots: hostRoots(), pageUrl: async () => url };
  const source = await agentCollector.open({ UPDATE_CHECK: false }, context);
  if (!('read' in source)) throw new Error(source.inactiveReason);
  const { signal } = new AbortController();
  expect(await source.read(signal)).toMatchObject([{ device: { configurationUrl: url } }]);
  url = undefined;
  expect((await source.read(signal))[0]).not.toHaveProperty('device.configurationUrl');
});

test('an agent that keeps several processors busy is above 100 %', () =>
  expect(
    evaluateMetrics(metrics, {
      version: '1',
      site: undefined,
      startedAt: new Date(),
      reconnects: 0,
      memory: 1,
      cpu: 1.5,
    }).sample.agent_cpu,
  ).toBe(150));
