import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';

/** The devices that the user has removed in Home Assistant, which clears their retained announcements. They outlive a connection:
 * such a device is announced again when the agent restarts. */
export class DismissedDevices {
  readonly #dismissed = new Set<string>();
  /** Devices that this process has announced. */
  readonly #announced = new Set<string>();
  /** Announced devices whose announcement has not arrived over this connection, although their state has. */
  readonly #absent = new Set<string>();

  /** The devices that are not to be announced. */
  get hidden(): ReadonlySet<string> {
    return new Set([...this.#dismissed, ...this.#absent]);
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

  /** The announcement of this device is not on the broker any more. */
  cleared(device: string): void {
    this.#announced.delete(device);
  }

  /** False if it was dismissed before. */
  dismiss(device: string): boolean {
    if (this.#dismissed.has(device)) return false;
    this.#dismissed.add(device);
    return true;
  }

  /** Compares with the retained messages of a new connection. A device whose state is retained but whose announcement is not was
   * removed by the user while the agent was disconnected, unless the announcement arrives late; if both are gone, the broker has lost
   * its retained messages, and the device is yet to be announced to it. */
  compare(agent: AgentIdentity, retained: ReadonlyMap<string, string>): void {
    this.#absent.clear();
    const topics = new Topics(agent);
    const retainedDevices = new Set([...retained.keys()].map((topic) => topics.deviceOfOwnTopic(topic)));
    for (const device of this.#announced) {
      if (retained.has(topics.discovery(device))) continue;
      if (retainedDevices.has(device)) this.#absent.add(device);
      else this.#announced.delete(device);
    }
  }

  /** No announcement arrives late any more: returns the devices that the user has removed while the agent was disconnected. */
  takeAbsent(): string[] {
    const absent = [...this.#absent];
    this.#absent.clear();
    return absent;
  }
}
