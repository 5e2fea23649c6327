import * as z from 'zod/mini';
import { registerSecret, Secret } from '../model/secret.ts';
import { customSetting, encodeCredentials, enumSetting, secretSetting } from '../model/setting.ts';

/** Where messages go. */
export interface NotifyAddress {
  /** Without the login. */
  url: Secret;
  /** As Basic authentication has it (RFC 7617), where the address has a user name or a password in it. */
  login?: Secret;
}

/** A `%` that begins no code stands for itself. */
const decoded = (text: string) =>
  text.replace(/(?:%[\da-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });

/** A user name or password ends at a `/`, `?` or `#` in it: what is before it is taken for host and port, and the host stands behind. */
const isSpilt = (text: string) => /^[^/]+\/\/[^@/?#]*(?::\d*[/?]|#).*@/.test(text);

function parseAddress(text: string): NotifyAddress | undefined {
  if (!/^https?:\/\/[^\s/]/.test(text) || !URL.canParse(text) || isSpilt(text)) return undefined;
  const url = new URL(text);
  const { username, password, pathname, searchParams } = url;
  // Any of them may be what nobody is to know, and errors show parts of addresses.
  for (const part of [...pathname.split('/'), ...searchParams.values()]) registerSecret(decoded(part));
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url: new Secret(url.href) };
  const name = decoded(username);
  const word = new Secret(decoded(password));
  return { url: new Secret(url.href), login: new Secret(Buffer.from(`${name}:${word.reveal()}`).toString('base64')) };
}

export const notifySettings = z.object({
  NOTIFY_URL: customSetting<NotifyAddress>(
    {
      description:
        'Where to send a message when something goes wrong, and when it is well again: a topic of ntfy, or a webhook. Without it none is sent.',
      example: 'https://ntfy.sh/my-secret-topic',
      secret: true,
      credentials: encodeCredentials,
    },
    'http:// or https:// with a host',
    parseAddress,
  ),
  NOTIFY_FORMAT: enumSetting(
    { description: 'What is sent there: a message for ntfy, or one JSON object.', default: 'ntfy' },
    'ntfy',
    'json',
  ),
  NOTIFY_TOKEN: secretSetting(
    { description: 'Sent along as a bearer token.' },
    'a text that an HTTP header can hold',
    /^[\x20-\x7e\x80-\xff]+$/,
  ),
});

export type NotifySettings = z.output<typeof notifySettings>;

/** The `Authorization` header: the token, else the login in the address. */
export function authorizationHeader({ NOTIFY_URL, NOTIFY_TOKEN }: NotifySettings): Secret | undefined {
  if (NOTIFY_TOKEN !== undefined) return new Secret(`Bearer ${NOTIFY_TOKEN.reveal()}`);
  return NOTIFY_URL?.login && new Secret(`Basic ${NOTIFY_URL.login.reveal()}`);
}
