import { expect, onTestFinished, test } from 'vitest';
import { FritzBox } from '../../helpers/fritzbox/index.ts';
import { until } from '../../helpers/until.ts';
import type { DeviceEntry } from './home-assistant.ts';
import { type Component, stage } from './stage.ts';

interface Router extends DeviceEntry {
  manufacturer: string;
  connections: [string, string][];
  configuration_url: string;
}

const announced = (payload: string | undefined) =>
  Object.entries((JSON.parse(payload ?? '{"components":{}}') as { components: Record<string, Component> }).components);

test('a router with an account: its device, entities, presence, and an event after a reboot', async () => {
  const box = await new FritzBox('dsl').start();
  onTestFinished(() => box.stop());
  const { homeAssistant, observer } = await stage({
    HOST_SCHEDULE: '*/10 * * * * *',
    ROUTER_SCHEDULE: '*/2 * * * * *',
    FRITZBOX_HOSTS: `hollow=http://${box.address}/igddesc.xml`,
    FRITZBOX_USERNAME: 'monitor',
    FRITZBOX_PASSWORD: 'gürkensalat$1',
    FRITZBOX_CLIENTS: 'Phone of Ada=02:00:5E:00:53:11,Laptop of Ada=02:00:5E:00:53:13',
  });
  const topic = 'homeassistant/device/infra-monitor_testling/hollow/config';
  await observer.see(
    topic,
    (payload) => payload.includes('dsl_retrains') && payload.includes('client_02_00_5e_00_53_13'),
    60,
  );

  const shown = await until(
    'all of the router’s enabled entities have a value',
    async () => {
      const wanted = announced(observer.topics.get(topic)).filter(
        ([key, { enabled_by_default: enabled, name }]) =>
          enabled !== false && name !== undefined && !key.endsWith('event'),
      );
      const states = await homeAssistant.states();
      const all = wanted.map(([key, component]) => ({
        key,
        component,
        state: states.get(component.default_entity_id),
      }));
      return all.every(({ state }) => state !== undefined && state.state !== 'unavailable') && all;
    },
    90,
  );
  for (const { key, component, state } of shown) {
    expect(state?.attributes, key).toMatchObject({
      friendly_name: `testling hollow ${component.name}`,
      ...(component.unit_of_measurement === undefined ? {} : { unit_of_measurement: component.unit_of_measurement }),
      ...(component.device_class === undefined ? {} : { device_class: component.device_class }),
      ...(component.state_class === undefined ? {} : { state_class: component.state_class }),
    });
  }
  const value = (of: string) => shown.find(({ key }) => key.endsWith(of))?.state;
  expect(value('-dsl_down_rate')).toMatchObject({
    state: '116.8',
    attributes: { unit_of_measurement: 'Mbit/s', device_class: 'data_rate', state_class: 'measurement' },
  });
  expect(value('-dsl_down_noise_margin')).toMatchObject({
    state: '11.5',
    attributes: { unit_of_measurement: 'dB', device_class: 'signal_strength' },
  });
  expect(value('-dsl_retrains')).toMatchObject({ state: '2', attributes: { state_class: 'total_increasing' } });
  expect(value('-firmware')).toMatchObject({
    state: 'on',
    attributes: { installed_version: '8.02', latest_version: '8.20' },
  });
  expect(value('-account_problem')).toMatchObject({ state: 'off' });
  expect(value('_02_00_5e_00_53_11-present')).toMatchObject({
    state: 'on',
    attributes: { device_class: 'presence', friendly_name: 'testling hollow Phone of Ada present' },
  });
  expect(value('_02_00_5e_00_53_13-present')).toMatchObject({ state: 'off' });
  expect(value('radio_2-up')).toMatchObject({
    state: 'on',
    attributes: { friendly_name: 'testling hollow WLAN 5 GHz on' },
  });

  const devices = await homeAssistant.ask<Router[]>('config/device_registry/list');
  const hollow = devices.find(({ identifiers }) =>
    identifiers.some(([, id]) => id === 'infra-monitor_testling_hollow'),
  );
  expect(hollow).toMatchObject({
    manufacturer: 'AVM',
    model: 'FRITZ!Box 7599',
    sw_version: '8.02',
    connections: [['mac', '02:00:5e:00:53:01']],
  });
  expect(hollow?.configuration_url).toMatch(/^http:\/\/127\.0\.0\.1/);

  await box.stop();
  await observer.see(
    'infra-monitor/testling/router/hollow',
    (payload) => JSON.parse(payload).account === 'unreachable',
    60,
  );
  await box.boot();
  const event = await until(
    'the reboot as an event',
    async () =>
      [...(await homeAssistant.states()).values()].find(
        ({ entity_id: id, attributes }) => id.startsWith('event.testling_hollow') && attributes.event_type === 'reboot',
      ),
    60,
  );
  expect(event.attributes).toMatchObject({ reason: 'uptime_fell' });
  expect(await homeAssistant.complaints()).toEqual([]);
});
