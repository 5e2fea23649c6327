import { expect, test } from 'vitest';
import { hostTextsInGerman } from '../../../../src/collectors/host/german.ts';
import { hostTables } from '../../../../src/collectors/host/metrics/index.ts';
import { evaluateMetrics } from '../../../../src/loop/evaluate-metrics.ts';

const listed = (names: string[], texts?: object) => {
  const reading = { failedUnits: names, reboot: { required: true, packages: names } };
  const { sample } = evaluateMetrics(hostTables.host.metrics, reading as never, undefined, texts);
  expect(sample.reboot_packages).toBe(sample.failed_unit_names);
  return sample.failed_unit_names;
};

test('a list of names is in words of the agent’s language where it is empty or too long', () => {
  expect(listed([])).toBe('none');
  expect(listed([], hostTextsInGerman)).toBe('keine');
  const few = ['backup.service', 'nas.mount'];
  expect(listed(few)).toBe('backup.service, nas.mount');
  expect(listed(few, hostTextsInGerman)).toBe('backup.service, nas.mount');
  const many = Array.from({ length: 30 }, (_, index) => `backup-of-disk-${index}.service`);
  expect(listed(many)).toMatch(/service and 2\d more$/);
  expect(listed(many, hostTextsInGerman)).toMatch(/service und 2\d weitere$/);
  const long = ['x'.repeat(300), 'y'];
  expect(listed(long)).toBe('2 in all');
  expect(listed(long, hostTextsInGerman)).toBe('insgesamt 2');
});
