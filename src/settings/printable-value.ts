import { isIPv6 } from 'node:net';

/** Characters of an invalid value that an error message shows. */
const maxShownLength = 200;

/** Everything before the last `@` but the beginning of a URL: `shop=https://`. */
const userinfo = /^((?:[^=:/@]+=)?\w+:\/\/)?.*@/s;

/** The end of the value, or of its URL if another URL follows. */
const urlEnd = String.raw`\/?(?:$|[,\s]\s*(?=(?:[^=:/,]+=)?\w+:\/\/))`;
const portPattern = new RegExp(String.raw`^\d{0,6}${urlEnd}`);

/** A colon, with what it belongs to where it is not before a port: a scheme, an IPv6 address, or a MAC address. */
const colonPattern = new RegExp(
  [
    String.raw`(?<![^\s,=])\w+:\/\/`,
    String.raw`(?<![^\s,=/@[])[\da-f]*:[\da-f:.]+(?=\]|${urlEnd})`,
    String.raw`(?<![^\s,=])(?:[\da-z]{1,2}:){4,7}[\da-z]{1,2}(?![^\s,])`,
    ':|%3a',
  ].join('|'),
  'gi',
);

const hasOwnColons = (found: string) =>
  found.endsWith('://') ||
  isIPv6(found) ||
  isIPv6(found.replace(/:\d+$/, '')) ||
  /^[\da-z]{1,2}(:[\da-z]{1,2}){4,}$/i.test(found);

/** Nothing tells a mistyped port from a password whose host is missing, so only digits are shown, and nothing that
 * could continue a password that begins with digits. */
function withoutPasswordInPlaceOfPort(value: string): string {
  for (const { 0: found, index } of value.matchAll(colonPattern)) {
    if (hasOwnColons(found)) continue;
    const colon = found.toLowerCase() === '%3a' ? found.length : found.indexOf(':') + 1;
    const after = value.slice(index + colon);
    if (!portPattern.test(after)) {
      const port = /^\d{1,6}[/?#,\s]/.exec(after)?.[0] ?? '';
      return `${value.slice(0, index + colon)}${port}***`;
    }
  }
  return value;
}

/** The value without what may be a password or token in a URL: before an `@`, in place of a port, or in a query or
 * fragment. */
export const withoutCredentials = (value: string): string =>
  withoutPasswordInPlaceOfPort(value.replace(userinfo, '$1***@')).replace(/(:\/\/[^?#]*[?#]).*/s, '$1***');

/** A value for an error message: in quotation marks, without credentials, and not too long. */
export function printableValue(value: string): string {
  const shown = withoutCredentials(value);
  return JSON.stringify(shown.length > maxShownLength ? `${shown.slice(0, maxShownLength)}…` : shown);
}
