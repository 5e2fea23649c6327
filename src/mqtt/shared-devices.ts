import { memoryKey } from '../model/address.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import { parseComponentKey } from '../model/naming.ts';
import { nameOwnerKey } from '../model/shared-device.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { isComponentTombstone, parseDeviceDiscoveryPayload } from './announcement-payload.ts';
import { macAddressInDiscoveryPayload } from './claim-topics.ts';

/** A device of this agent that others may watch too, or whose name others may use too. */
export interface SharedDevice {
  /** That of its claim. */
  topic: string;
  device: string;
  /** In AgentState.owners. */
  ownerKey: string;
  rank: number;
}

export interface SharedDevicesContext {
  agent: AgentIdentity;
  catalogue: readonly CollectorMetadata[];
  state: AgentState;
  /** This agent's retained messages. */
  retained: ReadonlyMap<string, string>;
  /** Whether the user has removed the device in Home Assistant. */
  isDismissed(device: string): boolean;
}

/** What this agent needs a claim for. */
export class SharedDevices {
  readonly #context: SharedDevicesContext;
  readonly #topics: Topics;

  constructor(context: SharedDevicesContext) {
    this.#context = context;
    this.#topics = new Topics(context.agent);
  }

  /** Of two with one key the first. Of one that has not said its MAC address yet, the key is that of its last
   * announcement. */
  list(): SharedDevice[] {
    const { catalogue, state, retained } = this.#context;
    return catalogue.flatMap(({ id }) =>
      [...(state.collectors.get(id)?.entries.values() ?? [])].flatMap(({ address, device, part, excluded }) => {
        if (part !== undefined || excluded) return [];
        const { shared, sharedName, name } = device;
        const claimed = (key: string, { rank }: { rank: number }, ownerKey: string): SharedDevice[] => [
          { topic: this.#topics.claim(id, key), device: address.device, ownerKey, rank },
        ];
        if (sharedName !== undefined) return claimed(name, sharedName, nameOwnerKey(address));
        if (shared === undefined) return [];
        const key = shared.key ?? macAddressInDiscoveryPayload(retained.get(this.#topics.discovery(address.device)));
        return key === undefined ? [] : claimed(key, shared, memoryKey(address));
      }),
    );
  }

  /** Whether a device that is not in the list may be found again as what the claim is for: it is announced, or has not
   * said its MAC address yet. */
  mayReturn(claimTopic: string, device: string): boolean {
    const { state, retained, isDismissed } = this.#context;
    const parsed = this.#topics.parse(claimTopic);
    if (parsed?.kind !== 'claim') return false;
    const { collector } = parsed;
    const active = state.collectors.get(collector);
    if (active === undefined || state.forgotten.has(memoryKey({ collector, device }))) return false;
    const entry = active.entries.get(device);
    if (entry !== undefined)
      return !entry.excluded && entry.device.shared !== undefined && entry.device.shared.key === undefined;
    const announced = parseDeviceDiscoveryPayload(retained.get(this.#topics.discovery(device)))?.components ?? {};
    return (
      !isDismissed(device) &&
      Object.entries(announced).some(
        ([key, component]) => parseComponentKey(key)?.collector === collector && !isComponentTombstone(component),
      )
    );
  }
}
