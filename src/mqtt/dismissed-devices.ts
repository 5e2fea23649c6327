import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';

/** Milliseconds in which a user removes at most one device. */
export const minUserRemovalIntervalMs = 5000;

/** The devices that the user has removed in Home Assistant, which clears their retained announcements. They outlive a
 * connection: such a device is announced again when the agent restarts. */
export class DismissedDevices {
  readonly #dismissed = new Set<string>();
  /** Devices that this process has announced. */
  readonly #announced = new Set<string>();
  /** Announced devices whose announcement has not arrived over this connection, although their state has. */
  readonly #absent = new Set<string>();
  /** Devices whose announcement has been cleared, until it is known whether it was the user. */
  readonly #cleared = new Set<string>();
  #disconnectedAt = performance.now();
  /** Milliseconds without a connection before this one. */
  #awayMs = 0;

  /** The devices that are not to be announced. */
  get hidden(): ReadonlySet<string> {
    return new Set([...this.#dismissed, ...this.#absent, ...this.#cleared]);
  }

  get hasAnnounced(): boolean {
    return this.#announced.size > 0;
  }

  has(device: string): boolean {
    return this.#dismissed.has(device);
  }

  /** This process has announced the device. */
  announced(device: string): void {
    this.#announced.add(device);
  }

  /** The announcement of this device has arrived late. */
  found(device: string): void {
    this.#absent.delete(device);
  }

  /** Somebody has cleared the announcement of this device. True if it is the first within the pace of a user. */
  cleared(device: string): boolean {
    const isFirst = this.#cleared.size === 0;
    this.#cleared.add(device);
    return isFirst;
  }

  /** The pace of a user is over: returns the devices that were cleared meanwhile, and whether the user can have done
   * it. */
  takeCleared(): { devices: string[]; byUser: boolean } {
    const devices = [...this.#cleared];
    this.#cleared.clear();
    for (const device of devices) this.#announced.delete(device);
    return { devices, byUser: devices.length === 1 };
  }

  /** The broker has no announcement of this device any more, and is to have none. */
  withdrawn(device: string): void {
    this.#announced.delete(device);
  }

  disconnected(): void {
    this.#disconnectedAt = performance.now();
  }

  /** False if it was dismissed before. */
  dismiss(device: string): boolean {
    if (this.#dismissed.has(device)) return false;
    this.#dismissed.add(device);
    return true;
  }

  /** Compares with the retained messages of a new connection. A device whose state is retained but whose announcement
   * is not was removed by the user while the agent was disconnected, unless the announcement arrives late; if both are
   * gone, the broker has lost its retained messages, and the device is yet to be announced to it. */
  compare(agent: AgentIdentity, retained: ReadonlyMap<string, string>): void {
    this.#absent.clear();
    this.#cleared.clear();
    this.#awayMs = performance.now() - this.#disconnectedAt;
    const topics = new Topics(agent);
    const retainedDevices = new Set([...retained.keys()].map((topic) => topics.deviceOfOwnTopic(topic)));
    for (const device of this.#announced) {
      if (retained.has(topics.discovery(device))) continue;
      if (retainedDevices.has(device)) this.#absent.add(device);
      else this.#announced.delete(device);
    }
  }

  /** No announcement arrives late any more: returns the devices that were removed while the agent was disconnected, and
   * whether the user can have done it. */
  takeAbsent(): { devices: string[]; byUser: boolean } {
    const devices = [...this.#absent];
    this.#absent.clear();
    return { devices, byUser: devices.length <= 1 || this.#awayMs >= devices.length * minUserRemovalIntervalMs };
  }
}
