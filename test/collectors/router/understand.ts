import { ipv4Field, ipv6Field, linkFields, prefixField, statusFields } from '../../../src/collectors/router/igd/fields.ts';
import { locationIn } from '../../../src/collectors/router/igd/ssdp.ts';
import { Meter } from '../../../src/collectors/router/igd/traffic.ts';
import { parsePing } from '../../../src/collectors/router/reach/ping.ts';
import { readAnswer } from '../../../src/collectors/router/soap/call.ts';
import { parseDescription } from '../../../src/collectors/router/soap/description.ts';
import type { Reply } from '../../../src/collectors/router/soap/line.ts';
import type { Values } from '../../../src/collectors/router/soap/values.ts';

/** Where the recorded boxes are taken to be. */
export const address = new URL('http://192.0.2.1:49000/igddesc.xml');

/** What a box would say to us to have this recorded of it: a body alone, or a whole answer. */
export function replyOf(file: string, text: string): Reply {
  const [, code] = /^HTTP\/1\.\d (\d+)/.exec(text) ?? [];
  const blank = /\r?\n\r?\n/.exec(text);
  if (code !== undefined && blank !== null) return { status: Number(code), headers: {}, body: text.slice(blank.index + blank[0].length) };
  const status = Number(/http(\d{3})/.exec(file)?.[1] ?? (/<(?:\w+:)?Fault[\s>]/.test(text) ? 500 : 200));
  return { status, headers: {}, body: text };
}

/** All that an answer can tell of the way to the world, whatever action it is of. */
function wanOf(values: Values) {
  const { received, sent } = new Meter().read({ addon: values, single: values, line: undefined }, { addon: values, single: values, line: undefined }, undefined);
  return { ...statusFields(values), ...linkFields(values, values), ipv4: ipv4Field(values), ipv6: ipv6Field(values), prefix: prefixField(values), received, sent };
}

const defined = (object: object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** What the agent makes of something that a box or a command said. Throws a clear error where it makes nothing of it. */
export function understand(file: string, text: string): object {
  if (/^NOTIFY |^HTTP\/1\.\d 200[\s\S]*^location:/im.test(text)) {
    const found = text.split(/\r?\n\r?\n/).flatMap((answer) => locationIn(answer)?.href ?? []);
    return { locations: [...new Set(found)] };
  }
  if (/^(ping\/|ping)/.test(file)) {
    const burst = parsePing(text);
    if (burst === undefined) throw new Error('the command measured nothing');
    return burst;
  }
  if (/<(?:\w+:)?root[\s>]/.test(text)) {
    const { services, presentation, ...about } = parseDescription(text, address);
    return { ...about, presentation: presentation?.href, services: services.map(({ type, id, control }) => `${type} ${id} ${control.href}`) };
  }
  const values = readAnswer(replyOf(file, text), 'action');
  return { values, ...defined(wanOf(values)) };
}
