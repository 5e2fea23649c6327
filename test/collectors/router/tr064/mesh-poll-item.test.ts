import fc from 'fast-check';
import { expect, test } from 'vitest';
import { routerTextsInGerman } from '../../../../src/collectors/router/german-texts.ts';
import { adviceForError } from '../../../../src/collectors/router/tr064/advice.ts';
import { parseRepeatersAndMeshLinks } from '../../../../src/collectors/router/tr064/mesh-poll-item.ts';

const link = (more: object = {}) => ({
  state: 'CONNECTED',
  node_1_uid: 'n-1',
  node_2_uid: 'n-2',
  node_interface_1_uid: 'ni-1',
  max_data_rate_rx: 1_200_000,
  max_data_rate_tx: 1_200_000,
  cur_data_rate_rx: 600_000,
  cur_data_rate_tx: 700_000,
  ...more,
});

const node = (uid: string, role: unknown, more: object = {}) => ({
  uid,
  device_name: uid,
  device_mac_address: `02:00:5E:00:53:0${uid.slice(2)}`,
  is_meshed: true,
  mesh_role: role,
  node_interfaces: [],
  ...more,
});

const master = node('n-1', 'master', {
  node_interfaces: [{ uid: 'ni-1', name: 'AP:5G:0', node_links: [link()] }],
});
const repeater = node('n-2', 'slave');

const parse = (...nodes: unknown[]) => parseRepeatersAndMeshLinks(JSON.stringify({ nodes }));

const whole = {
  repeaters: [expect.objectContaining({ name: 'n-2', isConnected: true })],
  meshLinks: [expect.objectContaining({ isConnected: true, down: 87_500_000 })],
};

const client = (more: object) => node('n-3', 'unknown', { is_meshed: false, ...more });

test.each<[string, unknown]>([
  ['a role of null', client({ mesh_role: null })],
  ['interfaces of null', client({ node_interfaces: null })],
  ['a flag of null', client({ is_meshed: null })],
  ['a name of null', client({ device_name: null })],
  ['interfaces that are an object', client({ node_interfaces: {} })],
  ['an interface of null', client({ node_interfaces: [null] })],
  ['links of null', client({ node_interfaces: [{ uid: 'ni-9', name: 'LAN:1', node_links: null }] })],
  ['a link without a state', client({ node_interfaces: [{ node_links: [{ node_1_uid: 'n-1', node_2_uid: 'n-3' }] }] })],
  ['a link of null', client({ node_interfaces: [{ node_links: [null] }] })],
  ['a number as uid', client({ uid: 3 })],
  ['no uid', { device_name: 'tv' }],
  ['null', null],
  ['a text', 'n-3'],
])('a node with %s costs at most that node', (_, odd) => {
  expect(parse(master, repeater, odd)).toEqual(whole);
  expect(parse(odd, master, repeater)).toEqual(whole);
});

test('a link without a state costs that link', () => {
  const odd = { ...link({ node_interface_1_uid: 'ni-2' }), state: null };
  const more = node('n-1', 'master', {
    node_interfaces: [
      { uid: 'ni-1', name: 'AP:5G:0', node_links: [odd, link()] },
      { uid: 'ni-2', name: 'AP:2G:0', node_links: [odd] },
    ],
  });
  expect(parse(more, repeater)).toEqual(whole);
});

test('a rate that is none costs that rate', () => {
  const slow = node('n-1', 'master', {
    node_interfaces: [{ uid: 'ni-1', name: 'AP:5G:0', node_links: [link({ cur_data_rate_tx: 'fast' })] }],
  });
  expect(parse(slow, repeater).meshLinks).toMatchObject([{ isConnected: true, down: undefined, up: 75_000_000 }]);
});

test.each(['{}', '[]', '{"nodes":null}', '{"nodes":{}}', 'null', '', '<html>'])('%s is no mesh list', (text) => {
  expect(() => parseRepeatersAndMeshLinks(text)).toThrow('the mesh list has an unknown format');
});

test('what is no mesh list is said in the language of the agent', () => {
  let error: unknown;
  try {
    parseRepeatersAndMeshLinks('{}');
  } catch (thrown) {
    error = thrown;
  }
  expect(adviceForError(error)(routerTextsInGerman)).toBe('die Mesh-Liste hat ein unbekanntes Format');
  expect(adviceForError(error)()).toBe('the mesh list has an unknown format');
});

test('whatever stands beside them, the good nodes are read', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 4 }), (odd) => {
      expect(parse(...odd, master, repeater)).toEqual(whole);
    }),
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...Object.keys(client({}))), fc.jsonValue(), { maxKeys: 3 }),
      ({ is_meshed: _, ...more }) => {
        expect(parse(master, repeater, { ...client({}), ...more })).toEqual(whole);
      },
    ),
  );
});
