import type { UpdateVersions } from '../../../model/metric.ts';

export const accountStates = ['granted', 'refused', 'paused', 'unreachable', 'none'] as const;

/** How it stands between the box and the account: refused just now; paused after a refusal; no answer; no account in the settings. */
export type AccountState = (typeof accountStates)[number];

export interface BoxDevice {
  /** As the user calls it, or the model. */
  name?: string | undefined;
  manufacturer?: string | undefined;
  model?: string | undefined;
  serialNumber?: string | undefined;
  /** `AA:BB:CC:00:11:22` */
  macAddress?: string | undefined;
  /** FRITZ!OS as people know it: `8.02`. */
  firmware?: string | undefined;
}

/** Bits per second. */
export interface LinkRates {
  down?: number | undefined;
  up?: number | undefined;
}

/** Of the line, as the router sees it at its socket. */
export interface PhysicalLinkReading {
  /** As the box calls it: DSL, Ethernet, X_AVM-DE_Fiber, X_AVM-DE_Cable, X_AVM-DE_LTE … */
  access?: string | undefined;
  isUp?: boolean | undefined;
  rates: LinkRates;
}

export interface DslDirection {
  /** kbit/s */
  rate?: number | undefined;
  attainable?: number | undefined;
  /** dB */
  noiseMargin?: number | undefined;
  attenuation?: number | undefined;
}

/** Counted since the line came up. */
export interface DslErrors {
  crc?: number | undefined;
  fec?: number | undefined;
  /** At the exchange: of what we send. */
  crcUp?: number | undefined;
  fecUp?: number | undefined;
  erroredSeconds?: number | undefined;
  severelyErroredSeconds?: number | undefined;
}

export interface DslReading {
  isUp: boolean;
  down: DslDirection;
  up: DslDirection;
  errors: DslErrors;
  /** The same per minute. */
  errorRates: DslErrors;
  retrains?: number | undefined;
}

export interface FibreReading {
  /** dBm */
  received?: number | undefined;
  transmitted?: number | undefined;
}

export interface MobileReading {
  technology?: string | undefined;
  /** dBm, of each antenna. */
  signal: readonly (number | undefined)[];
  roaming?: boolean | undefined;
}

/** One radio, or the guests' share of it. */
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

/** What the box knows in its network, now or from before. */
export interface NetworkHost {
  macAddress: string | undefined;
  isActive: boolean;
  over: 'lan' | 'wlan' | undefined;
  isGuest: boolean;
  /** Mbit/s */
  speed: number | undefined;
}

/** Another box of the mesh, seen from the one that leads it. */
export interface RepeaterReading {
  id: string;
  name: string;
  model?: string | undefined;
  firmware?: string | undefined;
  isConnected: boolean;
  /** Those that are no boxes of the mesh themselves. */
  clients: number;
}

/** One way between two boxes of the mesh: there may be one in each band. Rates are in kbit/s. */
export interface MeshLinkReading {
  id: string;
  /** The box farther from the one that leads, and how it is reached: `cellar 5 GHz`. */
  name: string;
  isConnected: boolean;
  /** Towards the farther box, and from it. */
  down?: number | undefined;
  up?: number | undefined;
  downAtBest?: number | undefined;
  upAtBest?: number | undefined;
}

/** What only an account is told; absent where the box has none of it, or does not tell. */
export interface LoginOnlyData {
  bootedAt?: Date | undefined;
  update?: UpdateVersions | undefined;
  link?: PhysicalLinkReading | undefined;
  dsl?: DslReading | undefined;
  fibre?: FibreReading | undefined;
  mobile?: MobileReading | undefined;
  radios?: readonly WlanRadioReading[] | undefined;
  hosts?: readonly NetworkHost[] | undefined;
  repeaters?: readonly RepeaterReading[] | undefined;
  meshLinks?: readonly MeshLinkReading[] | undefined;
}

export interface Tr064Reading extends LoginOnlyData {
  access: AccountState;
  /** What to do about it, in words. */
  hint?: string | undefined;
  /** Logins that the box has refused since the start. */
  refusals: number;
  /** When a login is tried by itself, after a refusal. */
  nextLogin?: Date | undefined;
  device: BoxDevice;
}
