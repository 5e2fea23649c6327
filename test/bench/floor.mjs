// The yardstick of the bench: about the least that a Node program can be which reads the same files of a machine and
// publishes what it reads. One connection by hand, files kept open, no settings, no discovery, no log, no server.
//   MQTT_URL=mqtt://127.0.0.1:1883 AGENT_NAME=floor node test/bench/floor.mjs SECONDS
import { openSync, readdirSync, readSync, statfsSync } from 'node:fs';
import { connect } from 'node:net';

const seconds = Number(process.argv[2] ?? 10);
const { AGENT_NAME: name = 'floor', MQTT_URL = 'mqtt://127.0.0.1:1883' } = process.env;
const { hostname, port } = new URL(MQTT_URL);

const text = (string) => {
  const bytes = Buffer.from(string);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};
/** A control packet of MQTT 3.1.1 (2.2 Fixed header). */
const packet = (type, body) => {
  const length = [];
  let rest = body.length;
  do {
    length.push((rest > 127 ? 128 : 0) + (rest % 128));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.concat([Buffer.from([type, ...length]), body]);
};

const socket = connect(Number(port), hostname);
socket.write(packet(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 60]), text(`floor-${name}`)])));
socket.resume();
setInterval(() => socket.write(packet(0xc0, Buffer.alloc(0))), 30_000);

const sent = new Map();
let packetId = 0;
/** Retained, at QoS 1, if it is not what was sent before. */
const publish = (topic, values) => {
  const payload = JSON.stringify(values);
  if (sent.get(topic) === payload) return;
  sent.set(topic, payload);
  packetId = (packetId % 65_535) + 1;
  const id = Buffer.from([packetId >> 8, packetId & 255]);
  socket.write(packet(0x33, Buffer.concat([text(`infra-monitor/${name}/${topic}`), id, Buffer.from(payload)])));
};

const descriptors = new Map();
const buffer = Buffer.allocUnsafe(32_768);
const read = (path) => {
  try {
    if (!descriptors.has(path)) descriptors.set(path, openSync(path));
    return buffer.toString('latin1', 0, readSync(descriptors.get(path), buffer, 0, buffer.length, 0));
  } catch {
    return '';
  }
};
const lines = (path) => read(path).trimEnd().split('\n');

let before = [];
const cycle = () => {
  const [cpu] = lines('/proc/stat');
  const ticks = cpu.split(/ +/).slice(1, 9).map(Number);
  const [user, nice, system, idle, iowait, ...more] = ticks.map((tick, index) => tick - (before[index] ?? 0));
  before = ticks;
  const all = [user, nice, system, idle, iowait, ...more].reduce((sum, one) => sum + one, 0);
  const meminfo = read('/proc/meminfo');
  const memory = (key) => 1024 * Number(new RegExp(`^${key}: +(\\d+)`, 'm').exec(meminfo)?.[1]);
  publish('host', {
    cpu: Math.round((100 * (all - idle - iowait)) / all),
    load: read('/proc/loadavg').split(' ').slice(0, 3).map(Number),
    total: memory('MemTotal'),
    available: memory('MemAvailable'),
    swap: memory('SwapTotal') - memory('SwapFree'),
    pressure: ['cpu', 'memory', 'io'].map((one) => Number(/avg60=(\S+)/.exec(read(`/proc/pressure/${one}`))?.[1])),
    processes: readdirSync('/proc').filter((entry) => entry >= '0' && entry < ':').length,
    temperature: Number(read('/sys/class/thermal/thermal_zone0/temp')) / 1000,
  });
  const { blocks, bavail, bfree, bsize } = statfsSync('/');
  publish('root', { total: blocks * bsize, available: bavail * bsize, used: (blocks - bfree) * bsize });
  for (const line of lines('/proc/net/dev').slice(2)) {
    const [interfaceName, numbers = ''] = line.trim().split(':');
    if (interfaceName !== 'lo') publish(interfaceName, numbers.trim().split(/ +/).map(Number));
  }
  for (const line of lines('/proc/diskstats')) {
    const [, , disk, , , sectorsRead, , , , sectorsWritten, , , busy] = line.trim().split(/ +/);
    if (/^(sd[a-z]+|vd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/.test(disk))
      publish(disk, { read: sectorsRead * 512, written: sectorsWritten * 512, busy: Number(busy) });
  }
};
socket.once('connect', () => {
  cycle();
  setInterval(cycle, seconds * 1000);
});
