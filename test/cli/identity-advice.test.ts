import { expect, test } from 'vitest';
import { changedSiteAdvice } from '../../src/cli/identity-advice.ts';
import { agent } from '../helpers/sample-collector.ts';

const announced = (area?: string) => [
  { path: 'router/home', name: 'nas home', area: 'Elsewhere' },
  { path: 'agent/nas', name: 'nas', ...(area === undefined ? {} : { area }) },
];

test('another site than the announced one is said, with both', () => {
  expect(changedSiteAdvice({ ...agent, site: 'Lake' }, announced('Berlin'))).toMatch(
    /^SITE was Berlin and is Lake now.*Move to area/,
  );
  expect(changedSiteAdvice(agent, announced('Berlin'))).toMatch(/^SITE was Berlin and is not set now/);
  expect(changedSiteAdvice({ ...agent, site: 'Lake' }, announced())).toMatch(/^SITE was not set and is Lake now/);
});

test('nothing is said of the same site, or at the first start', () => {
  expect(changedSiteAdvice({ ...agent, site: 'Berlin' }, announced('Berlin'))).toBeUndefined();
  expect(changedSiteAdvice(agent, announced())).toBeUndefined();
  expect(changedSiteAdvice({ ...agent, site: 'Lake' }, [])).toBeUndefined();
});
