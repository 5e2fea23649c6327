import type { Device } from '../../model/device.ts';
import { isFaultSeverity, type Problem, type Severity } from '../../model/problem.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { type Language, namesOfTable, translateDevice } from '../language.ts';
import { type Html, type HtmlContent, html } from './html.ts';
import type { PageTexts } from './texts.ts';

/** A drive or a pool, with the place of its card. */
interface StorageDevice {
  path: string;
  device: Device;
  worst: Severity | undefined;
}

/** What a pool is built of; without a device, if nobody reads it: a drive of a virtual machine, or one that is
 * excluded. */
interface StorageLink {
  id: string;
  found: StorageDevice | undefined;
  isGone: boolean;
}

/** What is built of what, a line for each pool and for each drive that something is mounted on without one. */
interface StorageRow {
  below: readonly StorageLink[];
  pool: StorageDevice | undefined;
  mounts: readonly string[];
}

/** All devices by their ids: drives and pools are among them. */
function findDevices(
  agent: AgentIdentity,
  { collectors }: AgentState,
  problems: readonly Problem[],
  language: Language,
): Map<string, StorageDevice> {
  const worstByPath = new Map<string, Severity>();
  for (const { path, severity } of problems.filter((one) => isFaultSeverity(one.severity))) {
    const [collector, device] = path.split('/');
    const place = `${collector}/${device}`;
    // The worst comes first.
    if (!worstByPath.has(place)) worstByPath.set(place, severity);
  }
  const devices = new Map<string, StorageDevice>();
  for (const { id, entries } of collectors.values())
    for (const { device, part, address, table, excluded } of entries.values()) {
      if (part !== undefined || excluded) continue;
      const path = `${id}/${address.device}`;
      devices.set(device.id, {
        path,
        device: translateDevice(namesOfTable(language, id, table), agent, device),
        worst: worstByPath.get(path),
      });
    }
  return devices;
}

/** A pool comes after those that it is built of. */
function rowsOf(devices: ReadonlyMap<string, StorageDevice>): StorageRow[] {
  const pools = [...devices.values()].filter(({ device }) => device.liesOn !== undefined);
  const depths = new Map<string, number>();
  const depthOf = ({ device: { id, liesOn = [] } }: StorageDevice): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    // Something that is built of itself is an error elsewhere, and no reason to go round for ever.
    depths.set(id, 0);
    const depth = 1 + Math.max(0, ...liesOn.flatMap((below) => devices.get(below) ?? []).map(depthOf));
    depths.set(id, depth);
    return depth;
  };
  const ofPools = pools
    .map((pool) => ({ pool, depth: depthOf(pool) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ pool }) => {
      const { liesOn = [], goneBelow = [], mounts = [] } = pool.device;
      const below = liesOn.map((id) => ({ id, found: devices.get(id), isGone: goneBelow.includes(id) }));
      return { below, pool, mounts };
    });
  const ofDrives = [...devices.values()].flatMap((drive) => {
    const { liesOn, mounts = [] } = drive.device;
    const below = [{ id: drive.device.id, found: drive, isGone: false }];
    return liesOn !== undefined || mounts.length === 0 ? [] : [{ below, pool: undefined, mounts }];
  });
  return [...ofPools, ...ofDrives];
}

const renderDevice = ({ path, device, worst }: StorageDevice): Html =>
  html`<a href="#${path}"${worst === undefined ? '' : html` class="${worst}"`}>${device.name}</a>`;

const renderLink = ({ id, found, isGone }: StorageLink, texts: PageTexts): Html =>
  html`${found === undefined ? html`<span>${id}</span>` : renderDevice(found)}${isGone ? html` <i>${texts.gone}</i>` : ''}`;

const renderList = (items: readonly HtmlContent[]) =>
  items.length === 0 ? '–' : html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;

const renderRow = ({ below, pool, mounts }: StorageRow, texts: PageTexts) =>
  html`<tr><td>${renderList(below.map((link) => renderLink(link, texts)))}</td><td>${pool === undefined ? '–' : renderDevice(pool)}</td><td>${renderList(mounts)}</td></tr>`;

/** From drives over pools to mount points, each device with a link to its card; undefined if nothing is known of it. */
export function renderStorageTable(
  agent: AgentIdentity,
  state: AgentState,
  problems: readonly Problem[],
  language: Language,
): Html | undefined {
  const texts = language.page;
  const rows = rowsOf(findDevices(agent, state, problems, language));
  if (rows.length === 0) return undefined;
  return html`<table class="storage"><caption class="aside">${texts.fromDrivesToMountPoints}</caption>
<thead><tr><th scope="col">${texts.drives}</th><th scope="col">${texts.pool}</th><th scope="col">${texts.mountedAt}</th></tr></thead>
<tbody>${rows.map((row) => renderRow(row, texts))}</tbody></table>`;
}
