import { execFileSync } from 'node:child_process';

const ip = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** One home: a machine on which its broker and agents run, behind a router. */
export interface Home {
  name: string;
  /** The namespace of the machine. */
  machine: string;
  address: string;
  /** The router's address at home, and that on the internet. */
  gateway: string;
  router: string;
  /** Pulls the plug of its line. */
  cut(): void;
  heal(): void;
  /** Lets nothing through between its machine and this address, while the router stays reachable. */
  block(address: string): void;
  unblock(address: string): void;
}

/** A made-up internet of network namespaces with a home for each name: machine – router – internet – router –
 * machine. */
export class Network {
  readonly homes: ReadonlyMap<string, Home>;
  readonly #namespaces: string[] = [];

  constructor(names: readonly string[]) {
    const internet = this.#namespace('internet');
    this.homes = new Map(names.map((name, index) => [name, this.#home(internet, name, index + 1)]));
  }

  remove(): void {
    for (const namespace of this.#namespaces) ip('netns', 'del', namespace);
  }

  #namespace(name: string): string {
    const namespace = `lab-${process.pid}-${name}`;
    ip('netns', 'add', namespace);
    this.#namespaces.push(namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    execFileSync('ip', ['netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
    return namespace;
  }

  /** A cable between two namespaces, with an address at each end. */
  #cable(a: string, atA: string, addressA: string, b: string, atB: string, addressB: string): void {
    ip('-n', a, 'link', 'add', atA, 'type', 'veth', 'peer', 'name', atB, 'netns', b);
    for (const [namespace, at, address] of [
      [a, atA, addressA],
      [b, atB, addressB],
    ] as const) {
      ip('-n', namespace, 'addr', 'add', `${address}/24`, 'dev', at);
      ip('-n', namespace, 'link', 'set', at, 'up');
    }
  }

  #home(internet: string, name: string, number: number): Home {
    const machine = this.#namespace(name);
    const router = this.#namespace(`${name}-router`);
    const lan = `10.91.${number}`;
    const wan = `10.92.${number}`;
    this.#cable(machine, 'eth0', `${lan}.2`, router, 'lan', `${lan}.1`);
    this.#cable(router, 'wan', `${wan}.2`, internet, `home${number}`, `${wan}.1`);
    ip('-n', machine, 'route', 'add', 'default', 'via', `${lan}.1`);
    const online = () => ip('-n', router, 'route', 'replace', 'default', 'via', `${wan}.1`);
    online();
    ip('-n', internet, 'route', 'add', `${lan}.0/24`, 'via', `${wan}.2`);
    return {
      name,
      machine,
      address: `${lan}.2`,
      gateway: `${lan}.1`,
      router: `${wan}.2`,
      cut: () => ip('-n', router, 'link', 'set', 'wan', 'down'),
      heal() {
        ip('-n', router, 'link', 'set', 'wan', 'up');
        online();
      },
      block: (address) => ip('-n', machine, 'route', 'add', 'blackhole', address),
      unblock: (address) => ip('-n', machine, 'route', 'del', 'blackhole', address),
    };
  }
}
