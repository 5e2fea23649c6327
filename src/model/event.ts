/** What happens to a device at a moment, beside how it is: one event entity in Home Assistant for each device of a table. */
export interface EventDeclaration {
  /** As metrics are named. */
  name: string;
  icon: `mdi:${string}`;
  category?: 'diagnostic';
  /** `false`: the entity waits, disabled, until the user wants it. */
  enabled?: false;
  /** A complete and lasting list of lower-case words. */
  types: readonly string[];
}

/** One thing that happened; what it has beside its type and moment are attributes of the event in Home Assistant. */
export interface DeviceEvent {
  type: string;
  at: Date;
  [attribute: string]: string | number | boolean | null | Date;
}

/** A happening that nobody has been told of yet. */
export interface PendingEvent {
  collector: string;
  /** The device's path below the collector's topic. */
  device: string;
  event: DeviceEvent;
}
