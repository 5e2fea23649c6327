// Cases in which something changes, hangs or is slow while the agent runs.
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { copyCase, environment, program, until, withFolder, withRunningAgent } from './agent.mjs';

const everySecond = { HOST_SCHEDULE: '* * * * * *', NVME_SCHEDULE: 'off' };

/** Calls back with the agent running on a case's trees, and `replace`, which writes files at once. */
const onTrees = (path, settings, use) =>
  withFolder((folder) => {
    copyCase(path, folder);
    const replace = (files) => {
      for (const [file, content] of Object.entries(files)) {
        writeFileSync(join(folder, `${file}.new`), content);
        renameSync(join(folder, `${file}.new`), join(folder, file));
      }
    };
    return withRunningAgent(environment(folder, settings), (agent) => use(agent, replace, folder));
  });

const text = (path, name) => readFileSync(join(path, name), 'utf8');

/** The greatest value of each of these in so many readings. */
async function greatest(agent, count, keys) {
  const most = Object.fromEntries(keys.map((key) => [key, null]));
  for (let reading = 0; reading < count; reading += 1) {
    const values = await agent.readings(1);
    for (const key of keys) if (values[key] !== null) most[key] = Math.max(most[key] ?? 0, values[key]);
  }
  return most;
}

const otherDevices = (path) =>
  onTrees(path, everySecond, async (agent, replace) => {
    await agent.readings(2);
    replace({
      'proc/net/dev': text(path, 'later/net-dev'),
      'proc/diskstats': text(path, 'later/diskstats'),
      'sys/class/net/eth0/ifindex': '7\n',
      'sys/class/net/eth0/address': '02:00:00:00:00:07\n',
      'sys/block/sda/diskseq': '9\n',
    });
    const keys = ['interface eth0 receive_rate', 'disk sda read_rate', 'disk sda write_rate'];
    const most = await greatest(agent, 4, keys);
    return [['other devices', most, Object.fromEntries(keys.map((key) => [key, [0, null]]))]];
  });

/** The use of the processor in the readings after its times become those of a file. */
const afterTimesOf = (path, file) =>
  onTrees(path, everySecond, async (agent, replace) => {
    await agent.readings(2);
    replace({ 'proc/stat': text(path, `later/${file}`) });
    const most = await greatest(agent, 4, ['cpu_used', 'cpu_steal']);
    return [file, most, { cpu_used: null, cpu_steal: null }];
  });

const hangingSensor = (path) =>
  withFolder(async (folder) => {
    execFileSync('bash', [join(path, 'make.sh'), folder]);
    const settings = { ...everySecond, HOST_SCHEDULE: '*/2 * * * * *' };
    return withRunningAgent(environment(folder, settings), async ({ readings, stop }) => {
      await readings(1);
      const sensor = join(folder, 'sys/class/hwmon/hwmon0/temp1_input');
      rmSync(sensor);
      execFileSync('mkfifo', [sensor]);
      const values = await until(async () => {
        const latest = await readings(1);
        return Object.keys(latest).some((key) => /^temperature .* error$/.test(key)) ? latest : undefined;
      });
      const later = await readings(2);
      const ended = await Promise.race([stop(), until(() => false, 15)]);
      return [
        [
          'hanging',
          {
            'sensor is unavailable': values !== undefined,
            available: later.available,
            'ends at SIGTERM': ended !== undefined,
          },
          { 'sensor is unavailable': true, available: true, 'ends at SIGTERM': true },
        ],
      ];
    });
  });

const limitsAskedAgain = (path) =>
  onTrees(path, { HOST_SCHEDULE: 'off', NVME_SCHEDULE: '* * * * * *' }, async ({ readings }) => {
    const values = await until(async () => {
      const latest = await readings(1, 'nvme');
      return latest.temperature_critical === null ? undefined : latest;
    });
    return [['limits', values ?? {}, { temperature_warning: 85, temperature_critical: 90, temperature_headroom: 47 }]];
  });

const memoryTopic = 'infra-monitor/case/nvme/s0case0q100001/memory';
const dayMs = 86_400_000;
/** What an agent remembers of the drive after a month. */
const monthOfSamples = {
  media_errors_acknowledged: '3',
  samples: Array.from({ length: 30 }, (_, index) => ({
    at: new Date(Date.now() - (30 - index) * dayMs).toISOString(),
    percentage_used: 12,
    data_units_written: String(72_000_000 + index * 1000),
  })),
};

/** Calls back with the address of a broker that retains the memory, and what it retains of it now. */
async function withMemory(use) {
  const broker = await Aedes.createBroker();
  const server = createServer(broker.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `mqtt://127.0.0.1:${server.address().port}`;
  const client = await mqtt.connectAsync(url);
  let memory;
  client.on('message', (_, payload) => {
    memory = JSON.parse(payload);
  });
  await client.publishAsync(memoryTopic, JSON.stringify(monthOfSamples), { retain: true });
  await client.subscribeAsync(memoryTopic);
  try {
    return await use(url, () => memory);
  } finally {
    await client.endAsync(true);
    server.close();
    broker.close();
  }
}

const oneBadLog = (path) =>
  withFolder((folder) =>
    withMemory((url, memory) => {
      copyCase(path, folder);
      copyFileSync(join(path, 'good.json'), join(folder, 'log.json'));
      const settings = { HOST_SCHEDULE: 'off', NVME_SCHEDULE: '* * * * * *', MQTT_URL: url };
      return withRunningAgent(environment(folder, settings), async ({ readings }) => {
        const results = [];
        for (const [name, file] of Object.entries({ good: 'good.json', bad: 'bad.json', again: 'good.json' })) {
          copyFileSync(join(path, file), join(folder, 'log.json'));
          const values = await readings(3, 'nvme');
          const { media_errors_acknowledged: acknowledged, samples } = memory() ?? {};
          const expected = { problem: [false, null], media_errors: name === 'bad' ? [null, 3] : 3 };
          results.push([name, values, expected]);
          results.push([name, { acknowledged, samples: samples?.length >= 30 }, { acknowledged: '3', samples: true }]);
        }
        return results;
      });
    }),
  );

const throughPipe = (path) =>
  withFolder(async (folder) => {
    execFileSync('bash', [join(path, 'make.sh'), folder]);
    const env = { ...environment(folder), NVME_SCHEDULE: 'off' };
    const pipe = (reader) =>
      promisify(execFile)('sh', ['-c', `${process.execPath} ${program} once --json | ${reader}`], {
        env,
        maxBuffer: 2 ** 26,
      }).catch((error) => error);
    const results = [];
    for (const reader of ['cat', '(sleep 3; cat)']) {
      const { stdout } = await pipe(reader);
      results.push([
        reader,
        { ends: stdout.trimEnd().at(-1), isLong: stdout.length > 131_072 },
        { ends: ']', isLong: true },
      ]);
    }
    const { stderr } = await pipe('head -1');
    results.push(['head -1', { stderr }, { stderr: '' }]);
    return results;
  });

export const momentCases = {
  'cpu-time-that-stands-still': async (path) => [
    await afterTimesOf(path, 'stat-later'),
    await afterTimesOf(path, 'steal-later'),
  ],
  'nvme-limits-asked-once': limitsAskedAgain,
  'nvme-one-bad-reading': oneBadLog,
  'once-json-through-a-pipe': throughPipe,
  'rates-no-hardware-can-do': otherDevices,
  'sysfs-that-hangs': hangingSensor,
};
