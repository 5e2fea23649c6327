import type { StepwiseWork } from '../model/event-loop-turns.ts';
import { deviceIdentifier, parseComponentKey } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { DesiredDeviceAndComponents } from './discovery.ts';
import { machineProblemComponentKey } from './problem-list-components.ts';

/** Keys of the enabled components that report a problem. */
const problemKeys = ({ components }: DesiredDeviceAndComponents): string[] =>
  Object.entries(components).flatMap(([key, { device_class: deviceClass, enabled_by_default: isEnabled }]) =>
    deviceClass === 'problem' && isEnabled !== false ? key : [],
  );

/** The key of the component that stands for all problems of its device. */
const summaryKeyOf = (keys: readonly string[]): string | undefined =>
  keys.find((key) => key === machineProblemComponentKey) ??
  keys.find((key) => {
    const { metric, part } = parseComponentKey(key) ?? {};
    return metric === 'problem' && part === undefined;
  });

/** Makes *Problem* of each device a group of what it stands for: the other problems of the device, and *Problem* of the
 * devices below it. Home Assistant shows the members since 2026.4; earlier releases ignore the option. */
export function* addGroupsToProblemEntities(
  agent: AgentIdentity,
  desired: ReadonlyMap<string, DesiredDeviceAndComponents>,
): StepwiseWork<void> {
  const own = deviceIdentifier(agent, '');
  const announcements: (DesiredDeviceAndComponents & {
    keys: string[];
    summaryKey: string | undefined;
    identifier: string;
  })[] = [];
  for (const announcement of desired.values()) {
    const keys = problemKeys(announcement);
    const [identifier = ''] = [announcement.device.identifiers].flat().map(String);
    announcements.push({ ...announcement, keys, summaryKey: summaryKeyOf(keys), identifier });
    yield 1;
  }
  /** The unique id of *Problem* of a device; a device of another agent is that agent's machine. */
  const summaryIdOf = ({ identifier, components, summaryKey }: (typeof announcements)[number]): unknown =>
    identifier.startsWith(own)
      ? summaryKey === undefined
        ? undefined
        : components[summaryKey]?.unique_id
      : `${identifier}_${machineProblemComponentKey}`;
  const idsBelow = new Map<unknown, unknown[]>();
  for (const announcement of announcements) {
    const { via_device: parent } = announcement.device;
    const id = summaryIdOf(announcement);
    idsBelow.get(parent)?.push(id) ?? idsBelow.set(parent, [id]);
  }
  for (const { identifier, components, keys, summaryKey } of announcements) {
    const summary = summaryKey === undefined ? undefined : components[summaryKey];
    if (summary === undefined) continue;
    const members = [
      ...keys.filter((key) => key !== summaryKey).map((key) => components[key]?.unique_id),
      ...(idsBelow.get(identifier) ?? []),
    ];
    const known = members.filter((member) => member !== undefined);
    if (known.length > 0) summary.group = known;
  }
}
