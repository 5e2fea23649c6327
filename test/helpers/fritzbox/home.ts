export interface HostEntry {
  name: string;
  address: string;
  mac: string;
  isActive: boolean;
  over: 'Ethernet' | '802.11' | 'HomePlug' | '';
  isGuest?: boolean;
  /** Mbit/s */
  speed: number;
}

/** The hosts of a fictitious home. */
export const homeHosts: readonly HostEntry[] = [
  { name: 'nas', address: '192.0.2.20', mac: '02:00:5E:00:53:10', isActive: true, over: 'Ethernet', speed: 1000 },
  { name: 'phone-of-ada', address: '192.0.2.21', mac: '02:00:5E:00:53:11', isActive: true, over: '802.11', speed: 866 },
  { name: 'cellar', address: '192.0.2.2', mac: '02:00:5E:00:53:02', isActive: true, over: '802.11', speed: 1300 },
  {
    name: 'visitor',
    address: '192.0.2.180',
    mac: '02:00:5E:00:53:12',
    isActive: true,
    over: '802.11',
    isGuest: true,
    speed: 144,
  },
  { name: 'old-laptop', address: '192.0.2.22', mac: '02:00:5E:00:53:13', isActive: false, over: '802.11', speed: 0 },
  { name: 'road-warrior', address: '192.0.2.201', mac: '', isActive: false, over: '', speed: 0 },
];

const field = (name: string, value: string | number) => (value === '' ? `<${name} />` : `<${name}>${value}</${name}>`);

/** `/devicehostlist.lua` */
export const hostList = (hosts: readonly HostEntry[]) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<List>\n<!-- devicehosts :${hosts.length} -->\n${hosts
    .map(({ name, address, mac, isActive, over, isGuest, speed }, index) => {
      const fields = [
        field('Index', index * 2 + 1),
        field('IPAddress', address),
        field('MACAddress', mac),
        field('Active', isActive ? 1 : 0),
        field('HostName', name),
        field('InterfaceType', over),
        field('X_AVM-DE_Speed', speed),
        field('X_AVM-DE_Model', ''),
        field('X_AVM-DE_Guest', isGuest ? 1 : 0),
      ];
      return `<Item>\n${fields.join('\n')}\n</Item>`;
    })
    .join('\n')}\n</List>\n`;

const meshLink = (
  uid: string,
  one: string,
  two: string,
  ends: [string, string],
  rates: { down: number; up: number },
  state = 'CONNECTED',
) => ({
  uid,
  type: 'WLAN',
  state,
  node_1_uid: one,
  node_2_uid: two,
  node_interface_1_uid: ends[0],
  node_interface_2_uid: ends[1],
  max_data_rate_rx: state === 'CONNECTED' ? 1_300_000 : 0,
  max_data_rate_tx: state === 'CONNECTED' ? 1_300_000 : 0,
  cur_data_rate_rx: rates.up,
  cur_data_rate_tx: rates.down,
});

const links = {
  cellar5: meshLink('nl-1', 'n-1', 'n-2', ['ni-11', 'ni-21'], { down: 975_000, up: 866_000 }),
  cellar2: meshLink('nl-2', 'n-1', 'n-2', ['ni-12', 'ni-22'], { down: 216_000, up: 144_000 }),
  // The attic is connected through the cellar, and is the first node of its link.
  attic: meshLink('nl-3', 'n-3', 'n-2', ['ni-31', 'ni-23'], { down: 400_000, up: 500_000 }),
  phone: meshLink('nl-4', 'n-2', 'n-9', ['ni-23', 'ni-91'], { down: 866_000, up: 866_000 }),
  shed: meshLink('nl-5', 'n-1', 'n-4', ['ni-11', 'ni-41'], { down: 0, up: 0 }, 'DISCONNECTED'),
};

const node = (
  uid: string,
  name: string,
  mac: string,
  role: 'master' | 'slave' | 'unknown',
  interfaces: object[],
  model = '',
  firmware = '',
) => ({
  uid,
  device_name: name,
  device_model: model,
  device_firmware_version: firmware,
  device_mac_address: mac,
  is_meshed: role !== 'unknown',
  mesh_role: role,
  node_interfaces: interfaces,
});

const nodeInterface = (uid: string, name: string, ...nodeLinks: object[]) => ({
  uid,
  name,
  type: 'WLAN',
  mac_address: '02:00:5E:00:53:FF',
  node_links: nodeLinks,
});

/** `/meshlist.lua` of the mesh master: cellar and attic in a row, and a shed that is disconnected. */
export const homeMesh = {
  schema_version: '7.8',
  nodes: [
    node(
      'n-1',
      'Hollow',
      '02:00:5E:00:53:01',
      'master',
      [
        nodeInterface('ni-10', 'LAN:1'),
        nodeInterface('ni-11', 'AP:5G:0', links.cellar5, links.shed),
        nodeInterface('ni-12', 'AP:2G:0', links.cellar2),
      ],
      'FRITZ!Box 7599',
      '199.08.02',
    ),
    node(
      'n-2',
      'cellar',
      '02:00:5E:00:53:02',
      'slave',
      [
        nodeInterface('ni-21', 'UPLINK:5G:0', links.cellar5),
        nodeInterface('ni-22', 'UPLINK:2G:0', links.cellar2),
        nodeInterface('ni-23', 'AP:5G:0', links.attic, links.phone),
      ],
      'FRITZ!Repeater 3099',
      '195.08.03',
    ),
    node(
      'n-3',
      'attic',
      '02:00:5E:00:53:03',
      'slave',
      [nodeInterface('ni-31', 'UPLINK:5G:0', links.attic)],
      'FRITZ!Repeater 1299',
      '194.07.58',
    ),
    node('n-4', 'shed', '02:00:5E:00:53:04', 'slave', [nodeInterface('ni-41', 'UPLINK:5G:0', links.shed)]),
    node('n-9', 'phone-of-ada', '02:00:5E:00:53:11', 'unknown', [nodeInterface('ni-91', '', links.phone)]),
  ],
};
