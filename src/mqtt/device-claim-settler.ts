import { claimPrevailsOver, type DeviceClaim, type DeviceOwner } from '../model/shared-device.ts';
import { parseDeviceClaim, readClaimTopicsOfAgent } from './claim-topics.ts';
import { pingBrokerThroughOwnTopic } from './own-topic-ping.ts';
import { SubscriptionRefusedError } from './publish-error.ts';
import { subscribeInPortions } from './retained-by-name.ts';
import type { RunAfter } from './run-after.ts';
import { SharedDevices, type SharedDevicesContext } from './shared-devices.ts';
import type { ReceivedMessage, SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Milliseconds between two claims of one device: another program that writes to its topic must not cause a flood. */
const claimRestMs = 5000;

/** Milliseconds in which a connection ends that an error was the first sign of. */
const endNoticeMs = 1000;

/** Connections in a row that end while claims are read or written, until claims are given up: some brokers hang up on a
 * client that touches a topic which it may not touch. */
const maxHangUps = 2;

/** What outlives a connection. */
export interface ClaimMemory {
  /** Claims of this agent, by topic. */
  readonly held: Map<string, DeviceClaim>;
  /** Connections in a row that have ended while claims were read or written. */
  hangUps: number;
  /** Those that have ended while claims were looked for, or given up. */
  hangUpsAtRelease: number;
}

export interface DeviceClaimSettlerContext extends SharedDevicesContext {
  memory: ClaimMemory;
  after: RunAfter;
  /** Another agent owns the device or its name, by its key in AgentState.owners; undefined if none does. */
  ownerKnown(device: string, owner: DeviceOwner | undefined): void;
  /** The owners are settled, or have changed. */
  changed(): void;
}

/** Settles over one connection which agent owns each device that several may watch, or its name. A claim stays on the
 * broker until its agent or the device is forgotten, or another agent can report more. Without access to the claims,
 * each agent reports everything. */
export class DeviceClaimSettler {
  readonly #context: DeviceClaimSettlerContext;
  readonly #connection: SingleUseBrokerConnection;
  readonly #devices: SharedDevices;
  readonly #followed = new Set<string>();
  /** Topics whose retained message has been read. */
  readonly #known = new Set<string>();
  readonly #claims = new Map<string, DeviceClaim | undefined>();
  /** Topics that were written a short time ago; `true` if they are to be written again. */
  readonly #resting = new Map<string, boolean>();
  #isSettling = false;
  #isReleasing = false;
  /** Whether the claims of earlier processes are yet to be found. */
  #isSearchDue = false;

  constructor(context: DeviceClaimSettlerContext, connection: SingleUseBrokerConnection) {
    this.#context = context;
    this.#connection = connection;
    this.#devices = new SharedDevices(context);
    connection.listen((message) => this.#take(message));
  }

  /** Whether the owner of a device has yet to be settled. */
  get isUnsettled(): boolean {
    return this.#isSettling || this.#devices.list().some(({ topic }) => !this.#followed.has(topic));
  }

  /** No announcements of this agent arrive late any more: what it has not announced it does not watch. */
  announcementsComplete(): void {
    this.#isSearchDue = true;
  }

  /** Reads the claims on new devices, and claims those without an owner. Never rejects. */
  async settle(): Promise<void> {
    if (this.#isSettling) return;
    this.#isSettling = true;
    const topics = this.#devices.list().map(({ topic }) => topic);
    const added = [...new Set(topics)].filter((topic) => !this.#followed.has(topic));
    for (const topic of added) this.#followed.add(topic);
    if (added.length > 0) await this.#unlessForbidden('hangUps', () => this.#readAndClaim(added));
    this.#isSettling = false;
    this.#publishOwners();
  }

  async #readAndClaim(topics: string[]): Promise<void> {
    const { agent } = this.#context;
    await subscribeInPortions(this.#connection, topics);
    await pingBrokerThroughOwnTopic(this.#connection, agent);
    for (const topic of topics) this.#known.add(topic);
    for (const topic of topics) this.#contend(topic);
    // Another agent may have claimed them at the same time.
    await pingBrokerThroughOwnTopic(this.#connection, agent);
  }

  /** Gives up claims that are not needed any more, also those of earlier processes. Never rejects. */
  async release(): Promise<void> {
    if (this.#isReleasing || !(this.#isSearchDue || this.#unneededClaims().length > 0)) return;
    this.#isReleasing = true;
    await this.#unlessForbidden('hangUpsAtRelease', async () => {
      if (this.#isSearchDue) await this.#findClaimsOfEarlierProcesses();
      await this.#releaseUnneeded();
    });
    this.#isReleasing = false;
  }

  async #findClaimsOfEarlierProcesses(): Promise<void> {
    const { agent, retained } = this.#context;
    this.#isSearchDue = false;
    const claims = await readClaimTopicsOfAgent(this.#connection, agent, retained);
    const found = claims.map(({ topic }) => topic).filter((topic) => !this.#followed.has(topic));
    for (const topic of found) this.#followed.add(topic);
    if (found.length > 0) await this.#readAndClaim(found);
  }

  async #releaseUnneeded(): Promise<void> {
    const unneeded = this.#unneededClaims();
    for (const topic of unneeded) {
      // If the device comes back, its claim is read anew.
      for (const known of [this.#followed, this.#known, this.#claims, this.#context.memory.held]) known.delete(topic);
    }
    for (const topic of unneeded) await this.#connection.publish(topic, '');
  }

  /** Some brokers hang up on a client that touches a topic which it may not touch: then it is not tried for ever. */
  async #unlessForbidden(count: 'hangUps' | 'hangUpsAtRelease', attempt: () => Promise<void>): Promise<void> {
    const { memory, after } = this.#context;
    if (memory[count] >= maxHangUps) return;
    const ended = this.#connection.ended.then(() => true);
    const hasFailed = await Promise.race([
      attempt().then(
        () => false,
        (error: unknown) => !(error instanceof SubscriptionRefusedError),
      ),
      ended,
    ]);
    const hasEnded =
      hasFailed &&
      (await Promise.race([ended, new Promise<false>((resolve) => after(endNoticeMs, () => resolve(false)))]));
    memory[count] = hasEnded ? memory[count] + 1 : 0;
  }

  /** Topics of claims of this agent on what it neither watches nor may watch again. */
  #unneededClaims(): string[] {
    const own = [...this.#claims].flatMap(([topic, claim]) =>
      claim?.agent === this.#context.agent.id && this.#known.has(topic) ? [{ topic, device: claim.device }] : [],
    );
    if (own.length === 0) return [];
    const watched = new Set(this.#devices.list().map(({ topic }) => topic));
    return own
      .filter(({ topic, device }) => !watched.has(topic) && !this.#devices.mayReturn(topic, device))
      .map(({ topic }) => topic);
  }

  #take({ topic, payload, retained }: ReceivedMessage): void {
    if (!this.#followed.has(topic)) return;
    // Some brokers deliver a retained message later than newer ones.
    if (retained && this.#claims.get(topic) !== undefined) return;
    this.#claims.set(topic, parseDeviceClaim(payload));
    if (!this.#known.has(topic)) return;
    this.#contend(topic);
    this.#publishOwners();
  }

  /** Claims a device, unless the claim on the broker prevails. */
  #contend(topic: string): void {
    const { agent, memory, after } = this.#context;
    const device = this.#devices.list().find((one) => one.topic === topic);
    if (device === undefined || !this.#known.has(topic)) return;
    const claim = this.#claims.get(topic);
    const { rank, device: name } = device;
    const isOwn = claim?.agent === agent.id;
    const held = isOwn ? claim : memory.held.get(topic);
    if (held !== undefined) memory.held.set(topic, held);
    if (isOwn && claim.device === name && claim.rank === rank) return;
    if (claim !== undefined && !isOwn) {
      const prevails = held === undefined ? rank > claim.rank : claimPrevailsOver({ ...held, rank }, claim);
      if (!prevails) return void memory.held.delete(topic);
    }
    if (this.#resting.has(topic)) return void this.#resting.set(topic, true);
    const own = { agent: agent.id, device: name, rank, since: held?.since ?? new Date() };
    memory.held.set(topic, own);
    this.#resting.set(topic, false);
    after(claimRestMs, () => {
      const isContested = this.#resting.get(topic);
      this.#resting.delete(topic);
      if (isContested) this.#contend(topic);
    });
    // Refused: other agents do not see the claim, and report everything too.
    void this.#connection.publish(topic, JSON.stringify(own)).catch(() => undefined);
  }

  #publishOwners(): void {
    const { agent, ownerKnown, changed } = this.#context;
    for (const { topic, ownerKey } of this.#devices.list()) {
      if (!this.#known.has(topic)) continue;
      const claim = this.#claims.get(topic);
      const isOther = claim !== undefined && claim.agent !== agent.id;
      ownerKnown(ownerKey, isOther ? { agent: claim.agent, device: claim.device } : undefined);
    }
    changed();
  }
}
