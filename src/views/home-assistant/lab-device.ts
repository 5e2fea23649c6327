import type { ComponentKey } from '../../model/naming.ts';

/** An entity as its agent has announced it to Home Assistant. */
export interface LabEntity extends ComponentKey {
  /** The entity id that Home Assistant gives it, unless the user has changed it. */
  id: string;
  name: string;
  platform: string;
  deviceClass?: string | undefined;
  unit?: string | undefined;
  /** Whether its state class is `measurement`: a value that rises and falls. */
  isMeasurement: boolean;
  /** Whether its state is a number, as far as is known: what has none gets no graph. */
  hasNumber: boolean;
  /** Words for those states of an enum that Home Assistant would show as keys. */
  stateWords: Readonly<Record<string, string>>;
  diagnostic: boolean;
  enabled: boolean;
}

/** A device with its entities in the order of their tables. */
export interface LabDevice {
  id: string;
  name: string;
  icon: string;
  /** The area in Home Assistant where that is known, or else the site of its agent. */
  site?: string | undefined;
  /** Identifier of the device above it. */
  via?: string | undefined;
  entities: LabEntity[];
}

/** Icon of a device of a table that is not in the catalogue: another version of the agent has announced it. */
export const unknownDeviceIcon = 'mdi:devices';

/** Compares names as people sort them: eth2 before eth10, and capitals and accents last. */
export const { compare: compareNames } = new Intl.Collator('en', { numeric: true });

export const compareDevicesByName = (a: LabDevice, b: LabDevice): number => compareNames(a.name, b.name);
