// Cases that are lists of values or tables, each line of which goes into a machine of its own.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyCase, environment, readOnce, valuesOf, withFolder } from './agent.mjs';

const stat = 'cpu  1 1 1 1 1 1 1 1\nbtime 1790000000\n';

/** Reads a machine of these files. */
const readMachine = (files, settings = {}) =>
  withFolder(async (folder) => {
    for (const [path, content] of Object.entries({ 'proc/stat': stat, 'root/x': '', 'sys/x': '', ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return valuesOf(await readOnce(environment(folder, { NVME_SCHEDULE: 'off', ...settings })));
  });

const linesOf = (path) => readFileSync(path, 'utf8').trimEnd().split('\n');

/** A line of a board: chip, label or “-”, thousandths of a degree, and “*” if that is the processor's. */
async function readBoard(path) {
  const files = {};
  const ofProcessor = [];
  for (const [index, line] of linesOf(path).entries()) {
    const [chip, label, millidegrees, mark] = line.split(/\s+/);
    const folder = `sys/class/hwmon/hwmon${index}`;
    files[`${folder}/name`] = `${chip}\n`;
    files[`${folder}/temp1_input`] = `${millidegrees}\n`;
    if (label !== '-') files[`${folder}/temp1_label`] = `${label.replaceAll('_', ' ')}\n`;
    if (mark === '*') ofProcessor.push(Number(millidegrees) / 1000);
  }
  return [path, await readMachine(files), { cpu_temperature: Math.max(...ofProcessor) }];
}

/** A line of DMI: vendor and product of the machine, vendor and name of its board, and what is right. */
async function readDmi(line) {
  const [vendor, product, boardVendor, boardName, right] = line.split('|');
  const [, name, version] = /^(.*?)(?: \(product_version: (.*)\))?$/.exec(product);
  const fields = {
    sys_vendor: vendor,
    product_name: name,
    ...(version && { product_version: version }),
    board_vendor: boardVendor,
    board_name: boardName,
  };
  const files = Object.entries(fields).map(([field, text]) => [`sys/class/dmi/id/${field}`, `${text}\n`]);
  const { manufacturer, model } = await readMachine(Object.fromEntries(files));
  const wanted = right.replace(/ \((vendor )?ok\)$/, '');
  return [line, { name: [`${manufacturer} ${model}`, model] }, { name: (names) => names.includes(wanted) }];
}

/** Places that each table of mounts has to have. */
const missedPlaces = {
  'lxc-bind': ['root', '/mnt/media'],
  'nixos-impermanence': ['root', '/nix'],
  'openwrt-ubifs': ['root', '/data'],
  'private-tmp': ['root', '/tmp'],
  unraid: ['root', '/var/log', '/boot', '/mnt/disk1', '/mnt/user'],
};

async function readMounts(path, name) {
  const mountinfo = readFileSync(join(path, `${name}.mountinfo`), 'utf8');
  const expected = { 'filesystem ids': (ids) => missedPlaces[name].every((id) => ids.includes(id)) };
  return [name, await readMachine({ 'proc/1/mountinfo': mountinfo }), expected];
}

/** A line of a health log's odd fields. */
const readOddDrive = (path, line) =>
  withFolder(async (folder) => {
    copyCase(path, folder);
    const log = JSON.parse(readFileSync(join(folder, 'log.json'), 'utf8'));
    const odd = JSON.parse(line);
    writeFileSync(join(folder, 'log.json'), JSON.stringify({ ...log, ...odd }));
    const values = valuesOf(await readOnce(environment(folder, { HOST_SCHEDULE: 'off' })), 'nvme');
    const field = Object.keys(odd)[0];
    const others = { temperature: 38, percentage_used: 12, power_on_hours: 15321, problem: false, available: true };
    const key = { percent_used: 'percentage_used', critical_warning: 'problem' }[field] ?? field;
    // “0x04” is unknown or a warning.
    const unknown = key === 'problem' ? [true, null] : null;
    return [line, values, { ...others, ...(key in others && { [key]: unknown }) }];
  });

/** Runs one after the other: the agents would hold each other up. */
async function each(items, read) {
  const readings = [];
  for (const item of items) readings.push(await read(item));
  return readings;
}

export const fileCases = {
  'cpu-temperature-of-boards': (path) =>
    each(readdirSync(join(path, 'boards')), (name) => readBoard(join(path, 'boards', name))),
  'dmi-that-says-nothing': (path) => each(linesOf(join(path, 'values.txt')), readDmi),
  'fs-missed': (path) => each(Object.keys(missedPlaces), (name) => readMounts(path, name)),
  'nvme-one-odd-field': (path) => each(linesOf(join(path, 'odd.txt')), (line) => readOddDrive(path, line)),
};
