import { expect, test } from 'vitest';
import { stillReadAdvice } from '../../src/cli/still-read-advice.ts';

test.each([
  [
    [
      { collector: 'storage', device: 'nas' },
      { collector: 'host', device: 'nas' },
    ],
    /machine .* stop the agent first/,
  ],
  [[{ collector: 'router', device: 'gateway' }], /FRITZBOX_HOSTS.*default gateway.*ROUTER_SCHEDULE.*[Ss]top the agent/],
  [[{ collector: 'home_assistant', device: 'home' }], /HA_BASE_URL.*[Ss]top the agent/],
  [[{ collector: 'storage', device: 's4ev' }], /^Disconnect it.*exclude.*[Ss]top the agent/],
  [[{ collector: 'host', device: 'nas', part: { table: 'disk', id: 'sda' } }], /^Disconnect it/],
])('%j', (addresses, advice) => {
  expect(stillReadAdvice(addresses)).toMatch(advice);
});
