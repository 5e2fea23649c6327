import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sudoRule } from '../../../src/collectors/nvme/tools/rights.ts';

test('the rule that the agent tells is the file in the repository', () => {
  expect(readFileSync(join(import.meta.dirname, '../../../docs/sudoers.d/infra-monitor'), 'utf8')).toBe(`${sudoRule('infra-monitor')}\n`);
});
