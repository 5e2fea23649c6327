import { program } from '../../helpers/agent.ts';
import { password, startBroker } from './brokers.ts';
import { Ear } from './listener.ts';
import { type Home, Network } from './network.ts';
import { type Program, Programs } from './programs.ts';

/** Who lives where. */
export const household = { nas: 'Berlin', desk: 'Berlin', pi: 'Cottage', shed: 'Cottage', server: 'Cellar' } as const;
export type Name = keyof typeof household;
export const names = Object.keys(household) as Name[];

/** Three homes, five agents, and somebody at the broker in Berlin who hears what is said. */
export class Lab {
  readonly network = new Network(['Berlin', 'Cottage', 'Cellar']);
  readonly programs = new Programs();
  readonly agents = new Map<Name, Program>();
  readonly #settings: (name: Name, lab: Lab) => Record<string, string>;
  #ear: Ear | undefined;

  constructor(settings: (name: Name, lab: Lab) => Record<string, string>) {
    this.#settings = settings;
  }

  readonly home = (name: string): Home => {
    const home = this.network.homes.get(name);
    if (home === undefined) throw new Error(`no home ${name}`);
    return home;
  };

  get ear(): Ear {
    this.#ear ??= new Ear(this.home('Berlin').machine, ['-u', 'homeassistant', '-P', password]);
    return this.#ear;
  }

  startBroker(
    home: string,
    configuration: string,
    users: readonly string[],
    changes?: Record<string, string>,
  ): Program {
    return startBroker(this.programs, this.home(home), configuration, users, changes);
  }

  startAgent(name: Name, command: readonly string[] = [], environment: Record<string, string> = {}): void {
    const settings = {
      AGENT_NAME: name,
      SITE: household[name],
      HTTP_PORT: '0',
      MQTT_USERNAME: name,
      MQTT_PASSWORD: password,
      // All five share a machine, whose problems are none of the lab's.
      HOST_SCHEDULE: 'off',
      NVME_SCHEDULE: 'off',
      STORAGE_SCHEDULE: 'off',
      ...this.#settings(name, this),
      ...environment,
    };
    const [first = process.execPath, ...rest] = [...command, process.execPath, '--enable-source-maps', program];
    this.agents.set(name, this.programs.start(this.home(household[name]).machine, first, rest, settings));
  }

  /** As pulling the plug. */
  async kill(name: Name): Promise<void> {
    await this.agents.get(name)?.stop('SIGKILL');
  }

  command(name: Name, ...args: string[]): Program {
    return this.programs.start(this.home(household[name]).machine, process.execPath, [program, ...args], {
      MQTT_USERNAME: name,
      MQTT_PASSWORD: password,
      ...this.#settings(name, this),
    });
  }

  /** Everything well, within so many seconds. */
  async isWell(seconds: number, except: readonly string[] = []): Promise<void> {
    for (const site of ['berlin', 'cottage', 'cellar'])
      if (!except.includes(site))
        await this.ear.hears(
          site,
          { cause: 'well', online: 'ON', problem: 'OFF', agents_lost: 0, worst_problem: 'none' },
          seconds,
        );
  }

  async end(): Promise<void> {
    this.#ear?.end();
    await this.programs.end();
    this.network.remove();
  }
}
