import type { Versions } from '../../../model/metric.ts';

export const accesses = ['granted', 'refused', 'paused', 'unreachable', 'none'] as const;

/** How it stands between the box and the account: refused just now; paused after a refusal; no answer; no account in the settings. */
export type Access = (typeof accesses)[number];

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
export interface Rates {
  down?: number | undefined;
  up?: number | undefined;
}

/** Of the line, as the router sees it at its socket. */
export interface Link {
  /** As the box calls it: DSL, Ethernet, X_AVM-DE_Fiber, X_AVM-DE_Cable, X_AVM-DE_LTE … */
  access?: string | undefined;
  isUp?: boolean | undefined;
  rates: Rates;
}

export interface Direction {
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

export interface Dsl {
  isUp: boolean;
  down: Direction;
  up: Direction;
  errors: DslErrors;
  /** The same per minute. */
  errorRates: DslErrors;
  retrains?: number | undefined;
}

export interface Fibre {
  /** dBm */
  received?: number | undefined;
  transmitted?: number | undefined;
}

export interface Mobile {
  technology?: string | undefined;
  /** dBm, of each antenna. */
  signal: readonly (number | undefined)[];
  roaming?: boolean | undefined;
}

/** One radio, or the guests' share of it. */
export interface Radio {
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
export interface Host {
  macAddress: string | undefined;
  isActive: boolean;
  over: 'lan' | 'wlan' | undefined;
  isGuest: boolean;
  /** Mbit/s */
  speed: number | undefined;
}

/** Another box of the mesh, seen from the one that leads it. */
export interface Repeater {
  id: string;
  name: string;
  model?: string | undefined;
  firmware?: string | undefined;
  isConnected: boolean;
  /** Those that are no boxes of the mesh themselves. */
  clients: number;
}

/** One way between two boxes of the mesh: there may be one in each band. Rates are in kbit/s. */
export interface MeshLink {
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
export interface Told {
  bootedAt?: Date | undefined;
  update?: Versions | undefined;
  link?: Link | undefined;
  dsl?: Dsl | undefined;
  fibre?: Fibre | undefined;
  mobile?: Mobile | undefined;
  radios?: readonly Radio[] | undefined;
  hosts?: readonly Host[] | undefined;
  repeaters?: readonly Repeater[] | undefined;
  meshLinks?: readonly MeshLink[] | undefined;
}

export interface Tr064Reading extends Told {
  access: Access;
  /** What to do about it, in words. */
  hint?: string | undefined;
  /** Logins that the box has refused since the start. */
  refusals: number;
  device: BoxDevice;
}
