import { expect, test } from 'vitest';
import { isInContainer, isInContainerNetwork } from '../../src/lib/container.ts';
import { tree } from '../helpers/tree.ts';

test.each<[string, string[], boolean, boolean]>([
  ['Docker', ['.dockerenv', 'sys/class/net/eth0/iflink'], true, true],
  ['Podman, without /sys', ['run/.containerenv'], true, true],
  ['Docker with the host’s network', ['.dockerenv', 'sys/class/net/eth0/device/vendor'], true, false],
  ['a system container', ['sys/class/net/eth0/iflink'], false, false],
  ['a machine', ['sys/class/net/eth0/device/vendor'], false, false],
])('%s', (_, files, inContainer, inContainerNetwork) => {
  const root = tree(Object.fromEntries(files.map((file) => [`root/${file}`, '']))).host('/');
  expect(isInContainer(root)).toBe(inContainer);
  expect(isInContainerNetwork(root)).toBe(inContainerNetwork);
});
