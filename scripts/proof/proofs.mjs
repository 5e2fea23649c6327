/** Every proof: what it shows, its options with their defaults, and the paths that it holds: where one of them has
 * changed since, its last row in docs/proof.md is out of date. The proof itself is NAME.proof.ts. */
export const proofs = {
  years: {
    about:
      'The schedules of all collectors and the history of a drive, from 2027 to 2032 in five time zones, on a simulated clock',
    options: {
      step: {
        default: 28,
        about: 'days from one that is run through to the next, beside those around clock changes; 1: all',
      },
    },
    holds: [
      'src/loop',
      'src/collectors/*/index.ts',
      'src/collectors/storage/nvme/drive-history.ts',
      'src/lib/clocks.ts',
      'src/lib/counter-rate-calculator.ts',
    ],
  },
  fleet: {
    about:
      'Many real sessions on one Mosquitto, watched by several agents: all killed and started at once, then the broker killed and started, then the watch that speaks killed',
    options: {
      agents: { default: 300, about: 'how many' },
      watches: { default: 10, about: 'how many agents watch them' },
    },
    holds: [
      'src/mqtt',
      'src/model',
      'src/collectors/sites',
      'src/views/discovery.ts',
      'src/views/state-and-event-payloads.ts',
      'test/bench/fleet.ts',
    ],
  },
  brokers: {
    about:
      'The built agent on brokers of several makes: Aedes, Mosquitto, and each program in the folder that BROKER_LAUNCHERS names, which is called with a port, serves MQTT without a login on 127.0.0.1 there, and ends on SIGTERM',
    options: {},
    holds: ['src/mqtt', 'src/views/discovery.ts', 'src/views/state-and-event-payloads.ts'],
  },
  cluster: {
    about:
      'A cluster of three NATS servers (the program in NATS_SERVER): the agent of a node that is killed goes on at the next one, and the site monitor tells an agent that dies together with its node, whose will is lost',
    options: {},
    holds: ['src/mqtt', 'src/collectors/sites'],
  },
  interruptions: {
    about:
      'The built agent with every collector on: killed while it starts and while it forgets, its connection cut at random bytes, its broker killed over and over; everything is whole afterwards',
    options: {
      times: { default: 60, about: 'how often it is killed and cut; a quarter of that for brokers and forget' },
    },
    holds: ['src/mqtt', 'src/loop', 'src/cli/forget.ts', 'src/collectors/storage/nvme/drive-history.ts'],
  },
  endurance: {
    about:
      'The built agent with every collector on, each read every second: heap, memory, descriptors and processes stay level',
    options: {
      minutes: {
        default: 60,
        about: 'how long it runs, the first quarter to warm up; less than 60 may leave open whether something grows',
      },
    },
    holds: ['src', 'package-lock.json'],
  },
  fuzz: {
    about: 'Whatever devices, tools, brokers and files answer is a sensible reading or an error, at once',
    options: {
      minutes: { default: 10, about: 'how long, shared by all parsers' },
      seed: { default: 0, about: 'of an earlier run, to repeat it; 0 draws one' },
    },
    holds: [
      'src/collectors',
      'src/lib',
      'src/model',
      'src/mqtt',
      'src/settings',
      'scripts/proof/fuzzed-parser.ts',
      'scripts/proof/storage-parsers.ts',
    ],
  },
};
