import { expect, test } from 'vitest';
import { findMissingPermissions } from '../../src/mqtt/broker-permissions.ts';
import { guarded } from '../helpers/guarded.ts';
import { agent } from '../helpers/sample-collector.ts';

test('a broker that allows everything: nothing is missing', async () => {
  const { connection } = await guarded({});
  expect(await findMissingPermissions(connection, agent)).toEqual([]);
});

test('a user that may not write its own topics', async () => {
  const { connection } = await guarded({ unwritten: /^infra-monitor\/nas\/echo/ });
  expect(await findMissingPermissions(connection, agent)).toEqual([
    'messages sent to infra-monitor/nas/echo do not come back: the broker must let this user read and write infra-monitor/nas/#',
  ]);
});

test('a user that may not write announcements', async () => {
  const { connection } = await guarded({ unwritten: /^homeassistant\/device/ });
  expect(await findMissingPermissions(connection, agent)).toEqual([
    'messages sent to homeassistant/device/infra-monitor_nas/check/rights do not come back: the broker must let this user read and write homeassistant/device/infra-monitor_nas/+/config, and read homeassistant/status',
  ]);
});

test('a user whose subscription is refused', async () => {
  const { connection } = await guarded({ unread: /^homeassistant/ });
  const [own, announcing] = await findMissingPermissions(connection, agent);
  expect(own).toMatch(
    /^the broker refuses the subscription to homeassistant\/status, homeassistant\/device\/infra-monitor_nas\/\+\/config: /,
  );
  expect(announcing).toMatch(
    /^the broker refuses homeassistant\/device\/infra-monitor_nas\/check\/rights: .*: the broker must let this user read and write/,
  );
});
