import type { DeviceOrPartAddress } from './address.ts';

/** Declares the events of a table's devices: each device gets one event entity in Home Assistant. */
export interface EventDeclaration {
  /** In the form of a metric's name. */
  name: string;
  icon: `mdi:${string}`;
  category?: 'diagnostic';
  /** `false`: disabled by default in Home Assistant. */
  enabled?: false;
  /** All possible types: lower-case words that never change. */
  types: readonly string[];
}

/** An event; its other properties are attributes of the event in Home Assistant. */
export interface DeviceEvent {
  type: string;
  at: Date;
  [attribute: string]: string | number | boolean | null | Date;
}

/** An event that has not been published yet. */
export interface PendingEvent {
  /** Of the device. */
  address: DeviceOrPartAddress;
  event: DeviceEvent;
}
