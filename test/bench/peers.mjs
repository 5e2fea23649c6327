// The built agent beside other programs that read a host, as far as they are installed:   npm run bench:peers [-- --quick]
// [-- --json FILE]. docs/performance.md says which versions, and how they get here.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { agent, cycleSeconds, measureSideBySide, spread } from './side-by-side.mjs';

/** All of them read processor, load, memory, swap, file systems and interfaces, and publish every cycle. */
const peers = [
  {
    name: 'collectd',
    states: 'collectd/',
    start: ({ port, folder }) => ({
      command: ['collectd', '-f', '-C', 'collectd.conf'],
      files: {
        'collectd.conf': `
Hostname "bench"
BaseDir "${folder}"
PIDFile "${folder}/collectd.pid"
TypesDB "/usr/share/collectd/types.db"
Interval ${cycleSeconds}
${['cpu', 'load', 'memory', 'swap', 'df', 'interface', 'uptime', 'thermal', 'mqtt'].map((plugin) => `LoadPlugin ${plugin}`).join('\n')}
<Plugin cpu>
  ReportByCpu false
  ValuesPercentage true
</Plugin>
<Plugin df>
  FSType "/^(proc|sysfs|tmpfs|devtmpfs|devpts|cgroup2?|mqueue|overlay|squashfs|tracefs|debugfs|securityfs|autofs)$/"
  IgnoreSelected true
</Plugin>
<Plugin mqtt>
  <Publish "bench">
    Host "127.0.0.1"
    Port ${port}
    Prefix "collectd"
  </Publish>
</Plugin>
`,
      },
    }),
  },
  {
    name: 'ps2mqtt',
    states: 'ps2mqtt/bench',
    start: ({ port }) => ({
      command: ['ps2mqtt', '--config', 'ps2mqtt.yaml'],
      files: {
        'ps2mqtt.yaml': `
mqtt_server: 127.0.0.1
mqtt_port: ${port}
mqtt_username: ""
mqtt_password: ""
mqtt_base_topic: ps2mqtt/bench
ha_discover_prefix: homeassistant
ha_status_topic: homeassistant/status
period: ${cycleSeconds}
storage_paths: /
`,
      },
    }),
  },
  {
    name: 'psmqtt',
    states: 'psmqtt/bench/',
    start: ({ port, folder }) => ({
      command: ['psmqtt'],
      env: { PSMQTTCONFIG: `${folder}/psmqtt.yaml` },
      files: {
        'psmqtt.yaml': `
logging: { level: ERROR }
mqtt:
  broker: { host: 127.0.0.1, port: ${port} }
  clientid: psmqtt-bench
  publish_topic_prefix: psmqtt/bench
schedule:
- cron: every ${cycleSeconds} seconds
  tasks:
  - { task: cpu_percent, params: [total], topic: cpu }
  - { task: getloadavg, params: [last1min, abs], topic: load/1 }
  - { task: getloadavg, params: [last5min, abs], topic: load/5 }
  - { task: getloadavg, params: [last15min, abs], topic: load/15 }
  - { task: virtual_memory, params: ["+"], topic: memory }
  - { task: swap_memory, params: ["+"], topic: swap }
  - { task: disk_usage, params: ["+", /], topic: disk/root }
  - { task: net_io_counters, params: ["+", eth0], topic: net/eth0 }
  - { task: boot_time, topic: boot_time }
`,
      },
    }),
  },
  {
    name: 'Telegraf',
    states: 'telegraf/',
    start: ({ port }) => ({
      command: ['telegraf', '--config', 'telegraf.conf'],
      files: {
        'telegraf.conf': `
[agent]
  interval = "${cycleSeconds}s"
  flush_interval = "${cycleSeconds}s"
  hostname = "bench"
[[inputs.cpu]]
  percpu = false
[[inputs.mem]]
[[inputs.swap]]
[[inputs.system]]
[[inputs.disk]]
  ignore_fs = ["tmpfs", "devtmpfs", "devfs", "iso9660", "overlay", "aufs", "squashfs"]
[[inputs.net]]
  ignore_protocol_stats = true
[[inputs.temp]]
[[outputs.mqtt]]
  servers = ["127.0.0.1:${port}"]
  topic = 'telegraf/{{ .Tag "host" }}/{{ .Name }}'
  data_format = "json"
`,
      },
    }),
  },
  {
    name: 'node_exporter',
    isAsked: true,
    start: ({ httpPort }) => ({
      command: [
        'prometheus-node-exporter',
        `--web.listen-address=127.0.0.1:${httpPort}`,
        '--collector.disable-defaults',
        ...['cpu', 'loadavg', 'meminfo', 'filesystem', 'netdev', 'stat', 'time', 'hwmon', 'thermal_zone'].map(
          (collector) => `--collector.${collector}`,
        ),
      ],
    }),
  },
];

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});

const isInstalled = ({ name, start }) => {
  const [program] = start({}).command;
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    console.error(`left out: ${name}, since there is no ${program} in PATH`);
    return false;
  }
};
// The others have no page.
const contestants = [agent({ name: 'bench', env: { HTTP_PORT: '0' } }), ...peers.filter(isInstalled)];
const memory = { 'resident, MB': 'Rss', 'proportional, MB': 'Pss' };
const plan = options.quick ? { runs: 1, warmUp: 40, cycles: 3 } : { runs: 3, warmUp: 120, cycles: 9 };
const rounds = await measureSideBySide(contestants, { ...plan, memory });
if (options.json) writeFileSync(options.json, `${JSON.stringify({ plan, rounds }, null, 2)}\n`);

const titles = Object.keys(rounds[0][0]);
console.log(`| program | ${titles.join(' | ')} |\n|${' --- |'.repeat(titles.length + 1)}`);
for (const [index, { name }] of contestants.entries()) {
  const cells = titles.map((title) => {
    const { least, most } = spread(rounds.map((round) => round[index][title]));
    return `${least.toFixed(1)} to ${most.toFixed(1)}`;
  });
  console.log(`| ${index === 0 ? 'this agent' : name} | ${cells.join(' | ')} |`);
}
