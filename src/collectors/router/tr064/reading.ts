import * as z from 'zod/mini';
import { loginLockoutMemoryFormat, type SavedLoginLockout } from '../../../lib/login-lockout.ts';
import type { SoapFields } from '../../../lib/upnp/soap.ts';
import { definedMembers } from '../../../model/defined-members.ts';
import type { UpdateVersions } from '../../../model/metric.ts';
import { optionalField } from '../../../model/tolerant-schemas.ts';
import type { TranslatableText } from '../../../model/translation.ts';
import { type FritzBoxTexts, refusalReasonFromStoredSentence } from './advice.ts';

export const loginStates = ['granted', 'refused', 'paused', 'unreachable', 'none'] as const;

/** State of the login: accepted; refused just now; paused after a refusal; no answer; no account in the settings. */
export type LoginState = (typeof loginStates)[number];

const certificateSchema = z.object({
  certificate: optionalField(z.string().check(z.regex(/^[\dA-F]{64}$/))),
});

/** What the broker keeps of a login: its refusals, and the SHA-256 fingerprint of the box's certificate. */
type SavedLogin = SavedLoginLockout & z.output<typeof certificateSchema>;

export const loginMemoryFormat = {
  parse(content: unknown): SavedLogin | undefined {
    const lockout = loginLockoutMemoryFormat.parse(content);
    const { refused_login: refused } = lockout ?? {};
    const refusal = refused && {
      refused_login: { ...refused, reason: refusalReasonFromStoredSentence(refused.reason) },
    };
    return lockout && { ...lockout, ...refusal, ...definedMembers(certificateSchema.safeParse(content).data ?? {}) };
  },
  /** The certificate that this process has accepted may be newer than the stored one. */
  merge(ours: SavedLogin, theirs: SavedLogin): SavedLogin {
    const certificate = ours.certificate ?? theirs.certificate;
    return { ...loginLockoutMemoryFormat.merge(ours, theirs), ...definedMembers({ certificate }) };
  },
};

export interface FritzBoxProperties {
  /** The name that its user gave it, or else the model. */
  name?: string | undefined;
  manufacturer?: string | undefined;
  model?: string | undefined;
  serialNumber?: string | undefined;
  /** `AA:BB:CC:00:11:22` */
  macAddress?: string | undefined;
  /** Version of FRITZ!OS without the number of the hardware: `8.02`. */
  firmware?: string | undefined;
}

/** The physical line. */
export interface PhysicalLinkReading {
  /** The name in TR-064: DSL, Ethernet, X_AVM-DE_Fiber, X_AVM-DE_Cable, X_AVM-DE_LTE … */
  access?: string | undefined;
  isUp?: boolean | undefined;
  downBytesPerSecond?: number | undefined;
  upBytesPerSecond?: number | undefined;
}

export interface DslDirectionReading {
  rateBytesPerSecond?: number | undefined;
  attainableBytesPerSecond?: number | undefined;
  /** dB */
  noiseMargin?: number | undefined;
  attenuation?: number | undefined;
}

/** Counters since the line last synchronized. */
export interface DslErrorCounters {
  crc?: number | undefined;
  fec?: number | undefined;
  /** Upstream, as counted by the exchange. */
  crcUp?: number | undefined;
  fecUp?: number | undefined;
  erroredSeconds?: number | undefined;
  severelyErroredSeconds?: number | undefined;
}

export interface DslReading {
  isUp: boolean;
  down: DslDirectionReading;
  up: DslDirectionReading;
  errors: DslErrorCounters;
  errorsPerSecond: DslErrorCounters;
  retrains?: number | undefined;
}

export interface FibreReading {
  /** dBm */
  received?: number | undefined;
  transmitted?: number | undefined;
}

export interface MobileReading {
  technology?: string | undefined;
  /** dBm of each antenna. */
  signal: readonly (number | undefined)[];
  roaming?: boolean | undefined;
}

/** A WLAN radio, or the guest network on it. */
export interface WlanRadioReading {
  instance: number;
  band?: '2.4 GHz' | '5 GHz' | '6 GHz' | undefined;
  isGuest?: boolean | undefined;
  isUp?: boolean | undefined;
  channel?: number | undefined;
  ssid?: string | undefined;
  /** b, g, n, ac, ax, be */
  standard?: string | undefined;
  clients?: number | undefined;
}

/** A host that is, or once was, in the network of the FRITZ!Box. */
export interface LanHostEntry {
  macAddress: string | undefined;
  isActive: boolean;
  over: 'lan' | 'wlan' | undefined;
  isGuest: boolean;
  speedBytesPerSecond: number | undefined;
}

/** Another device of the mesh, as the mesh master sees it. */
export interface RepeaterReading {
  id: string;
  name: string;
  model?: string | undefined;
  firmware?: string | undefined;
  isConnected: boolean;
  /** Number of connected clients, without the devices of the mesh itself. */
  clients: number;
}

/** A link between two devices of the mesh, which may have one in each band. Rates are in bytes per second. */
export interface MeshLinkReading {
  id: string;
  /** The device farther from the mesh master, and the kind of link: `cellar 5 GHz`. */
  name: string;
  isConnected: boolean;
  /** Towards the farther device, and from it. */
  down?: number | undefined;
  up?: number | undefined;
  downAtBest?: number | undefined;
  upAtBest?: number | undefined;
}

/** Values that require a login; absent if the FRITZ!Box does not have them, or does not reveal them. */
export interface LoginOnlyData {
  bootedAt?: Date | undefined;
  update?: UpdateVersions | undefined;
  link?: PhysicalLinkReading | undefined;
  dsl?: DslReading | undefined;
  fibre?: FibreReading | undefined;
  mobile?: MobileReading | undefined;
  radios?: readonly WlanRadioReading[] | undefined;
  hosts?: readonly LanHostEntry[] | undefined;
  repeaters?: readonly RepeaterReading[] | undefined;
  meshLinks?: readonly MeshLinkReading[] | undefined;
}

/** What a poll item may request of a FRITZ!Box. Both requests reject if there is no answer or the login is refused. */
export interface FritzBoxRequester {
  /** Calls an action. Undefined if there is no such service, or if the FRITZ!Box cannot perform the action, for now or
   * ever. `service`: the last part of its id. */
  call(service: string, action: string): Promise<SoapFields | undefined>;
  /** The document at a path that an action returned; undefined if there is none. */
  fetch(path: string): Promise<string | undefined>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A group of values of a FRITZ!Box, and how often they are read. */
export interface PollItem {
  intervalSeconds: number;
  read(client: FritzBoxRequester): Promise<LoginOnlyData>;
}

export interface Tr064Reading extends LoginOnlyData {
  /** Undefined while it is not known whether the login may be tried. */
  access: LoginState | undefined;
  /** What the user can do. */
  hint?: TranslatableText<FritzBoxTexts> | undefined;
  /** Refused logins since the start. */
  refusals: number;
  /** When the agent retries a refused login. */
  nextLogin?: Date | undefined;
  device: FritzBoxProperties;
}
