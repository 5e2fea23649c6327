import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { list, readNumber, readText } from '../../../lib/files.ts';
import type { Roots } from '../../../lib/roots.ts';

export interface Sensor {
  /** Lasts over a reboot, which may number chips anew. */
  id: string;
  chip: string;
  label: string;
  value?: number | undefined;
}

export interface Sensors {
  /** Degrees Celsius; the hottest of several processors. */
  cpu?: number | undefined;
  temperatures: Sensor[];
  fans: Sensor[];
}

/** Drives are the business of others: some wake from standby when asked. */
const drives = new Set(['nvme', 'drivetemp']);

/** Which sensor is the processor's, the best first: Intel, AMD, Raspberry Pi and other boards, then what the firmware says. */
const processors: [chip: RegExp, label: RegExp][] = [
  [/^coretemp$/, /^Package id/],
  [/^coretemp$/, /^Core /],
  [/^(k10temp|zenpower)$/, /^Tdie$/],
  [/^(k10temp|zenpower)$/, /^Tctl$/],
  [/^(k8temp|k10temp)$/, /./],
  [/^(cpu|soc|bigcore|littlecore|scpi_sensors)/i, /./],
  [/^(x86_pkg_temp|.*cpu.*thermal.*)$/, /./],
  [/^acpitz$/, /./],
];

/** What a sensor without a probe says is left away (unconnected inputs stand at their end of the scale). */
const celsius = (raw: number) => (raw > -40_000 && raw < 125_000 ? raw / 1000 : undefined);

function chips(roots: Roots): { folder: string; name: string; address: string }[] {
  const found = list(roots.sys('class/hwmon')).map((chip) => {
    const folder = roots.sys('class/hwmon', chip);
    return { folder, name: readText(join(folder, 'name')) ?? chip, address: addressOf(folder) };
  });
  return found.map((chip) => ({ ...chip, address: found.filter(({ name }) => name === chip.name).length > 1 ? chip.address : '' }));
}

function addressOf(folder: string): string {
  try {
    return basename(realpathSync(join(folder, 'device')));
  } catch {
    return basename(folder);
  }
}

function hwmon(roots: Roots, kind: 'temp' | 'fan', value: (raw: number) => number | undefined): Sensor[] {
  const input = new RegExp(`^(${kind}\\d+)_input$`);
  return chips(roots)
    .filter(({ name }) => !drives.has(name))
    .flatMap(({ folder, name, address }) => {
      const files = list(folder);
      const channels = files.flatMap((file) => input.exec(file)?.[1] ?? []);
      const labels = channels.map((channel) => readText(join(folder, `${channel}_label`)) || channel);
      return channels.map((channel, index): Sensor => {
        const own = labels[index] ?? channel;
        // Some chips have one label for several sensors (dell_smm has “Other”).
        const label = labels.filter((other) => other === own).length > 1 ? `${own} ${channel}` : own;
        const faulty = files.includes(`${channel}_fault`) && readNumber(join(folder, `${channel}_fault`)) === 1;
        const raw = faulty ? undefined : readNumber(join(folder, `${channel}_input`));
        return { id: [name, address, label].filter(Boolean).join(' '), chip: name, label, value: raw === undefined ? undefined : value(raw) };
      });
    });
}

/** Thermal zones tell what has no hwmon chip: many boards' processors. */
const zones = (roots: Roots): Sensor[] =>
  list(roots.sys('class/thermal'))
    .filter((name) => name.startsWith('thermal_zone'))
    .map((zone) => {
      const chip = readText(roots.sys('class/thermal', zone, 'type')) ?? zone;
      const raw = readNumber(roots.sys('class/thermal', zone, 'temp'));
      return { id: `${chip} zone`, chip: chip.replaceAll('-', '_'), label: zone, value: raw === undefined ? undefined : celsius(raw) };
    });

export function sensors(roots: Roots): Sensors {
  const temperatures = hwmon(roots, 'temp', celsius);
  const readable = [...temperatures, ...zones(roots)].filter(({ value }) => value !== undefined);
  const best = processors.map(([chip, label]) => readable.filter((sensor) => chip.test(sensor.chip) && label.test(sensor.label))).find((found) => found.length > 0) ?? [];
  const hottest = Math.max(...best.map(({ value }) => value ?? Number.NEGATIVE_INFINITY));
  return {
    cpu: best.length === 0 ? undefined : hottest,
    temperatures: temperatures.filter((sensor) => sensor.value !== undefined && !best.includes(sensor)),
    fans: hwmon(roots, 'fan', (raw) => raw),
  };
}
