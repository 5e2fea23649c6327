import * as z from 'zod/mini';
import { bounds } from '../../../model/bounds.ts';
import { parseJsonWithin } from '../../../model/json.ts';
import { normalizeMacAddress } from '../../../model/shared-device.ts';
import { optionalField, validItems } from '../../../model/tolerant-schemas.ts';
import { TranslatableError } from '../../../model/translatable-error.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import { fritzBoxTexts } from './advice.ts';
import { fritzOsVersionWithoutHardware } from './fritz-box-connection.ts';
import type { MeshLinkReading, PollItem, RepeaterReading } from './reading.ts';

const text = optionalField(z.string());
/** In kbit/s. */
const rate = optionalField(
  z.pipe(
    z.number().check(z.positive()),
    z.transform((kilobits) => toBaseUnit(kilobits, 'kbit/s')),
  ),
);

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
  device_name: z.catch(z.string(), ''),
  device_model: text,
  device_firmware_version: text,
  device_mac_address: text,
  is_meshed: z.catch(z.boolean(), false),
  mesh_role: z.catch(z.string(), 'unknown'),
  node_interfaces: validItems(z.object({ uid: text, name: text, node_links: validItems(linkSchema) })),
});

/** That there are nodes at all tells the list from other JSON. */
const schema = z.object({ nodes: z.pipe(z.array(z.unknown()), validItems(nodeSchema)) });

type Node = z.output<typeof nodeSchema>;
type Link = z.output<typeof linkSchema>;

/** All links, each once; the list has them at both of their ends. */
function linksOf(nodes: readonly Node[]): Link[] {
  const all = nodes.flatMap((node) => node.node_interfaces.flatMap(({ node_links: links }) => links));
  return [
    ...new Map(
      all.map((link) => [`${link.node_1_uid} ${link.node_2_uid} ${link.node_interface_1_uid}`, link]),
    ).values(),
  ];
}

/** Number of hops from the mesh master to each node that is connected to it. */
function hopsFromMaster(nodes: readonly Node[], links: readonly Link[]): Map<string, number> {
  const found = new Map(nodes.filter(({ mesh_role: role }) => role === 'master').map(({ uid }) => [uid, 0]));
  for (const [uid, hops] of found) {
    for (const { node_1_uid: first, node_2_uid: second } of links) {
      const next = first === uid ? second : second === uid ? first : undefined;
      if (next !== undefined && !found.has(next)) found.set(next, hops + 1);
    }
  }
  return found;
}

const bandByName = new Map([
  ['2G', '2.4 GHz'],
  ['5G', '5 GHz'],
  ['6G', '6 GHz'],
]);

/** The band in `AP:5G:0` or `UPLINK:5G:0`, the medium in `LAN:1`. */
const connectionKind = (name: string | undefined) =>
  bandByName.get(name?.split(':')[1] ?? '') ?? name?.split(':')[0] ?? '';

const idOf = (node: Node) => normalizeMacAddress(node.device_mac_address) ?? (node.device_name || node.uid);

/** The error quotes nothing of the content, because that holds names. */
function nodesOf(content: string): Node[] {
  const formatError = new TranslatableError((texts = fritzBoxTexts) => texts.unknownMeshList);
  let parsed: unknown;
  try {
    parsed = parseJsonWithin(content, bounds.routerAnswer);
  } catch {
    throw formatError;
  }
  const { data } = z.safeParse(schema, parsed);
  if (data === undefined) throw formatError;
  return data.nodes;
}

/** Parses the mesh list of a mesh master. Throws if the content is none. */
export function parseRepeatersAndMeshLinks(content: string): {
  repeaters: RepeaterReading[];
  meshLinks: MeshLinkReading[];
} {
  const nodes = nodesOf(content);
  const meshNodes = new Map(nodes.filter((node) => node.is_meshed).map((node) => [node.uid, node]));
  const links = linksOf(nodes);
  const connected = links.filter(({ state }) => state === 'CONNECTED');
  const meshOnlyLinks = links.filter((link) => meshNodes.has(link.node_1_uid) && meshNodes.has(link.node_2_uid));
  const hops = hopsFromMaster(
    [...meshNodes.values()],
    meshOnlyLinks.filter(({ state }) => state === 'CONNECTED'),
  );
  const interfaces = new Map(
    nodes.flatMap((node) => node.node_interfaces.map(({ uid, name }) => [uid, name] as const)),
  );

  const clientsOf = (uid: string) =>
    new Set(
      connected
        .filter((link) => link.node_1_uid === uid || link.node_2_uid === uid)
        .map((link) => (link.node_1_uid === uid ? link.node_2_uid : link.node_1_uid))
        .filter((neighbour) => !meshNodes.has(neighbour)),
    ).size;

  const repeaters = [...meshNodes.values()]
    .filter(({ mesh_role: role }) => role !== 'master')
    .map((node) => ({
      id: idOf(node),
      name: node.device_name || idOf(node),
      model: node.device_model || undefined,
      firmware: fritzOsVersionWithoutHardware(node.device_firmware_version || undefined),
      isConnected: hops.has(node.uid),
      clients: clientsOf(node.uid),
    }));

  const meshLinks = meshOnlyLinks.flatMap((link): MeshLinkReading[] => {
    // Rates are those of the first end: what it sends goes to the second.
    const isOutward =
      (hops.get(link.node_1_uid) ?? Number.POSITIVE_INFINITY) <=
      (hops.get(link.node_2_uid) ?? Number.POSITIVE_INFINITY);
    const farther = meshNodes.get(isOutward ? link.node_2_uid : link.node_1_uid);
    if (farther === undefined) return [];
    const kind = connectionKind(interfaces.get(link.node_interface_1_uid));
    const isConnected = link.state === 'CONNECTED';
    const sent = { now: link.cur_data_rate_tx, best: link.max_data_rate_tx };
    const received = { now: link.cur_data_rate_rx, best: link.max_data_rate_rx };
    const [down, up] = isOutward ? [sent, received] : [received, sent];
    return [
      {
        id: `${idOf(farther)} ${kind}`,
        name: `${farther.device_name || idOf(farther)} ${kind}`.trim(),
        isConnected,
        ...(isConnected ? { down: down.now, up: up.now, downAtBest: down.best, upAtBest: up.best } : {}),
      },
    ];
  });
  return { repeaters, meshLinks };
}

/** Only the mesh master has the list; for other devices both values stay undefined. */
export const meshPollItem: PollItem = {
  intervalSeconds: 300,
  async read(client) {
    const path = (await client.call('Hosts1', 'X_AVM-DE_GetMeshListPath'))?.text('X_AVM-DE_MeshListPath');
    const content = path === undefined ? undefined : await client.fetch(path);
    return content === undefined ? { repeaters: undefined, meshLinks: undefined } : parseRepeatersAndMeshLinks(content);
  },
};
