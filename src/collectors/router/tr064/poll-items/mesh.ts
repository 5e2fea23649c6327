import * as z from 'zod/mini';
import { fritzOsVersion } from '../box-device.ts';
import { parseMacAddress } from '../mac-address.ts';
import type { PollItem } from '../poll-item.ts';
import type { MeshLinkReading, RepeaterReading } from '../reading.ts';

const text = z.catch(z.optional(z.string()), undefined);
const rate = z.catch(z.optional(z.number().check(z.positive())), undefined);

const linkSchema = z.object({
  state: z.string(),
  node_1_uid: z.string(),
  node_2_uid: z.string(),
  node_interface_1_uid: text,
  max_data_rate_rx: rate,
  max_data_rate_tx: rate,
  cur_data_rate_rx: rate,
  cur_data_rate_tx: rate,
});

const nodeSchema = z.object({
  uid: z.string(),
  device_name: z._default(z.string(), ''),
  device_model: text,
  device_firmware_version: text,
  device_mac_address: text,
  is_meshed: z._default(z.boolean(), false),
  mesh_role: z._default(z.string(), 'unknown'),
  node_interfaces: z._default(
    z.array(z.object({ uid: text, name: text, node_links: z._default(z.array(linkSchema), []) })),
    [],
  ),
});

const schema = z.object({ nodes: z.array(nodeSchema) });

type Node = z.output<typeof nodeSchema>;
type Link = z.output<typeof linkSchema>;

/** Each link stands with both of its ends. */
function linksOf(nodes: readonly Node[]): Link[] {
  const all = nodes.flatMap((node) => node.node_interfaces.flatMap((one) => one.node_links));
  return [
    ...new Map(
      all.map((link) => [`${link.node_1_uid} ${link.node_2_uid} ${link.node_interface_1_uid}`, link]),
    ).values(),
  ];
}

/** Hops from the box that leads. */
function hopsFromMaster(nodes: readonly Node[], links: readonly Link[]): Map<string, number> {
  const found = new Map(nodes.filter(({ mesh_role: role }) => role === 'master').map(({ uid }) => [uid, 0]));
  for (const [uid, hops] of found) {
    for (const { node_1_uid: one, node_2_uid: two } of links) {
      const next = one === uid ? two : two === uid ? one : undefined;
      if (next !== undefined && !found.has(next)) found.set(next, hops + 1);
    }
  }
  return found;
}

const bandByName: Record<string, string> = { '2G': '2.4 GHz', '5G': '5 GHz', '6G': '6 GHz' };

/** `AP:5G:0`, `UPLINK:5G:0`, `LAN:1` */
const connectionKind = (name: string | undefined) => bandByName[name?.split(':')[1] ?? ''] ?? name?.split(':')[0] ?? '';

const idOf = (node: Node) => parseMacAddress(node.device_mac_address) ?? (node.device_name || node.uid);

/** The error shows nothing of it: there are names in it. */
function nodesOf(content: string): Node[] {
  const unknown = new Error('the mesh list has an unknown form');
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    throw unknown;
  }
  const { data } = z.safeParse(schema, parsed);
  if (data === undefined) throw unknown;
  return data.nodes;
}

/** The mesh as its leading box tells it. Throws where it is none. */
export function parseMeshList(content: string): { repeaters: RepeaterReading[]; meshLinks: MeshLinkReading[] } {
  const nodes = nodesOf(content);
  const boxes = new Map(nodes.filter((node) => node.is_meshed).map((node) => [node.uid, node]));
  const links = linksOf(nodes);
  const connected = links.filter(({ state }) => state === 'CONNECTED');
  const between = links.filter((link) => boxes.has(link.node_1_uid) && boxes.has(link.node_2_uid));
  const hops = hopsFromMaster(
    [...boxes.values()],
    between.filter(({ state }) => state === 'CONNECTED'),
  );
  const interfaces = new Map(nodes.flatMap((node) => node.node_interfaces.map((one) => [one.uid, one.name] as const)));

  const clientsOf = (uid: string) =>
    new Set(
      connected
        .filter((link) => link.node_1_uid === uid || link.node_2_uid === uid)
        .map((link) => (link.node_1_uid === uid ? link.node_2_uid : link.node_1_uid))
        .filter((other) => !boxes.has(other)),
    ).size;

  const repeaters = [...boxes.values()]
    .filter(({ mesh_role: role }) => role !== 'master')
    .map((node) => ({
      id: idOf(node),
      name: node.device_name || idOf(node),
      model: node.device_model || undefined,
      firmware: fritzOsVersion(node.device_firmware_version || undefined),
      isConnected: hops.has(node.uid),
      clients: clientsOf(node.uid),
    }));

  const meshLinks = between.flatMap((link): MeshLinkReading[] => {
    // Rates are the first end's: what it sends goes to the second.
    const isOutward =
      (hops.get(link.node_1_uid) ?? Number.POSITIVE_INFINITY) <=
      (hops.get(link.node_2_uid) ?? Number.POSITIVE_INFINITY);
    const far = boxes.get(isOutward ? link.node_2_uid : link.node_1_uid);
    if (far === undefined) return [];
    const kind = connectionKind(interfaces.get(link.node_interface_1_uid));
    const isConnected = link.state === 'CONNECTED';
    const sent = { now: link.cur_data_rate_tx, best: link.max_data_rate_tx };
    const received = { now: link.cur_data_rate_rx, best: link.max_data_rate_rx };
    const [down, up] = isOutward ? [sent, received] : [received, sent];
    return [
      {
        id: `${idOf(far)} ${kind}`,
        name: `${far.device_name || idOf(far)} ${kind}`.trim(),
        isConnected,
        ...(isConnected ? { down: down.now, up: up.now, downAtBest: down.best, upAtBest: up.best } : {}),
      },
    ];
  });
  return { repeaters, meshLinks };
}

/** Only the leading box has the list; of the others it is not asked again soon. */
export const meshPollItem: PollItem = {
  intervalSeconds: 300,
  async read(box) {
    const path = (await box.ask('Hosts1', 'X_AVM-DE_GetMeshListPath'))?.text('X_AVM-DE_MeshListPath');
    const content = path === undefined ? undefined : await box.fetch(path);
    return content === undefined ? { repeaters: undefined, meshLinks: undefined } : parseMeshList(content);
  },
};
