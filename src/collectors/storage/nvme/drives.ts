import { type Device, namePrefixedDeviceBelowAgent } from '../../../model/device.ts';
import type { AgentIdentity } from '../../../model/state.ts';
import { isPlaceholderSerial } from '../drives/drive-identity.ts';
import { vendorNameByPciId } from './pci-vendors.ts';
import type { NvmeController, NvmeNamespace } from './sysfs.ts';

/** A drive with all of its controllers. */
export interface NvmeDrive {
  /** Stable across reboots and slots: the serial number, or a substitute if that is empty or not unique. */
  id: string;
  serial: string;
  model: string;
  firmware: string;
  vendor: number | undefined;
  controllers: [NvmeController, ...NvmeController[]];
  namespaces: NvmeNamespace[];
}

/** Controllers of one subsystem belong to one drive. The serial number is compared too, because cheap drives of one
 * model share an invented subsystem name. */
function groupBySubsystem(controllers: readonly NvmeController[]): [NvmeController, ...NvmeController[]][] {
  const drives = new Map<string, [NvmeController, ...NvmeController[]]>();
  for (const controller of controllers) {
    const key = controller.subsystem === '' ? controller.name : `${controller.subsystem} ${controller.serial}`;
    const group = drives.get(key);
    if (group === undefined) drives.set(key, [controller]);
    else group.push(controller);
  }
  return [...drives.values()];
}

/** Worldwide id that the vendor gave to a namespace. Without one, the kernel makes up a wwid from the serial number,
 * which does not count. */
const worldwideId = (namespaces: readonly NvmeNamespace[]) =>
  namespaces.map(({ wwid }) => wwid).find((wwid) => wwid !== undefined && /^(eui|uuid|nguid)\./.test(wwid));

/** Model with a worldwide id, else with the bus address, which is stable as long as the drive stays in its slot. */
const substituteId = ({ model, controllers, namespaces }: Omit<NvmeDrive, 'id'>) =>
  [model, worldwideId(namespaces) ?? controllers[0].address].join(' ');

function driveOfControllers(controllers: [NvmeController, ...NvmeController[]]): Omit<NvmeDrive, 'id'> {
  const [{ serial, model, firmware, vendor }] = controllers;
  const namespaces = new Map(
    controllers.flatMap((controller) => controller.namespaces.map((namespace) => [namespace.name, namespace] as const)),
  );
  return { serial, model, firmware, vendor, controllers, namespaces: [...namespaces.values()] };
}

/** The drives of these controllers, each with a unique id. */
export function nvmeDrivesOfControllers(controllers: readonly NvmeController[]): NvmeDrive[] {
  const drives = groupBySubsystem(controllers).map(driveOfControllers);
  return drives.map((drive) => {
    const isUnique = drives.filter(({ serial }) => serial === drive.serial).length === 1;
    return { ...drive, id: isUnique && !isPlaceholderSerial(drive.serial) ? drive.serial : substituteId(drive) };
  });
}

/** The drive as a device: `nas Samsung SSD 980 PRO 1TB`, with the end of its id if there are several drives of the
 * model. */
export function nvmeDriveDevice(agent: AgentIdentity, drive: NvmeDrive, all: readonly NvmeDrive[]): Device {
  const { id, serial, model, firmware, vendor } = drive;
  const kind = model || 'NVMe drive';
  const isModelShared = all.filter((candidate) => candidate.model === model).length > 1;
  const manufacturer = vendor === undefined ? undefined : vendorNameByPciId[vendor];
  return namePrefixedDeviceBelowAgent(agent, {
    id,
    name: isModelShared ? `${kind} ${id.slice(-6)}` : kind,
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(model === '' ? {} : { model }),
    ...(serial === '' ? {} : { serialNumber: serial }),
    ...(firmware === '' ? {} : { softwareVersion: firmware }),
  });
}
