import type { Device } from '../../model/device.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { pciVendors } from './pci-vendors.ts';
import type { NvmeController, NvmeNamespace } from './sysfs.ts';

/** A drive, with every way to it. */
export interface NvmeDrive {
  /** Lasts over reboots and other slots: the serial number, or what stands in for one that is empty or not the drive's alone. */
  id: string;
  serial: string;
  model: string;
  firmware: string;
  vendor: number | undefined;
  controllers: [NvmeController, ...NvmeController[]];
  namespaces: NvmeNamespace[];
}

/** What makers leave in the field who never filled it in. */
const placeholder = /^([0 ]*|none|n\/a|unknown|default|serial number|(0?123456789)(0|abcdef.*)?)$/i;

/** Controllers of one subsystem are ways to one drive; cheap drives share a made-up subsystem, but not the serial number too. */
function groupBySubsystem(controllers: readonly NvmeController[]): [NvmeController, ...NvmeController[]][] {
  const drives = new Map<string, [NvmeController, ...NvmeController[]]>();
  for (const controller of controllers) {
    const key = controller.subsystem === '' ? controller.name : `${controller.subsystem} ${controller.serial}`;
    const known = drives.get(key);
    if (known === undefined) drives.set(key, [controller]);
    else known.push(controller);
  }
  return [...drives.values()];
}

/** A number that the drive's maker gave to a namespace; the kernel makes one up from the serial number where there is none. */
const worldwideId = (namespaces: readonly NvmeNamespace[]) =>
  namespaces.map(({ wwid }) => wwid).find((wwid) => wwid !== undefined && /^(eui|uuid|nguid)\./.test(wwid));

/** Last comes the place it is in, which is at least as lasting as a drive's slot. */
const substituteId = ({ model, controllers, namespaces }: Omit<NvmeDrive, 'id'>) =>
  [model, worldwideId(namespaces) ?? controllers[0].address].join(' ');

function driveOfControllers(controllers: [NvmeController, ...NvmeController[]]): Omit<NvmeDrive, 'id'> {
  const [{ serial, model, firmware, vendor }] = controllers;
  const namespaces = new Map(
    controllers.flatMap((controller) => controller.namespaces.map((namespace) => [namespace.name, namespace] as const)),
  );
  return { serial, model, firmware, vendor, controllers, namespaces: [...namespaces.values()] };
}

/** The drives behind these controllers, each with an id of its own. */
export function drivesOfControllers(controllers: readonly NvmeController[]): NvmeDrive[] {
  const found = groupBySubsystem(controllers).map(driveOfControllers);
  return found.map((one) => {
    const alone = found.filter(({ serial }) => serial === one.serial).length === 1;
    return { ...one, id: alone && !placeholder.test(one.serial) ? one.serial : substituteId(one) };
  });
}

/** As Home Assistant shows it: `nas Samsung SSD 980 PRO 1TB`, with the end of the serial number where there are two of the kind. */
export function driveDevice(agent: AgentIdentity, drive: NvmeDrive, all: readonly NvmeDrive[]): Device {
  const { id, serial, model, firmware, vendor } = drive;
  const kind = model || 'NVMe drive';
  const twins = all.filter((other) => other.model === model).length > 1;
  const manufacturer = vendor === undefined ? undefined : pciVendors[vendor];
  return {
    id,
    name: [agent.name, kind, ...(twins ? [id.slice(-6)] : [])].join(' '),
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(model === '' ? {} : { model }),
    ...(serial === '' ? {} : { serialNumber: serial }),
    ...(firmware === '' ? {} : { softwareVersion: firmware }),
    via: agent.id,
  };
}
