import * as z from 'zod/mini';
import { registerSecret, Secret } from '../model/secret.ts';
import { customSetting, encodeCredentials, enumSetting, secretSetting } from '../model/setting.ts';

/** Where notifications are sent. */
export interface NotifyAddress {
  /** Without user name and password. */
  url: Secret;
  /** Credentials for Basic authentication (RFC 7617), if the address has a user name or password. */
  login?: Secret;
}

/** Percent-decodes a text; a `%` that starts no valid code stays as it is. */
const percentDecode = (text: string) =>
  text.replace(/(?:%[\da-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });

/** An unencoded `/`, `?` or `#` ends a user name or password early: the part before it parses as host and port, the rest has an `@`. */
const hasUnencodedCredentials = (text: string) => /^[^/]+\/\/[^@/?#]*(?::\d*[/?]|#).*@/.test(text);

function parseAddress(text: string): NotifyAddress | undefined {
  if (!/^https?:\/\/[^\s/]/.test(text) || !URL.canParse(text) || hasUnencodedCredentials(text)) return undefined;
  const url = new URL(text);
  const { username, password, pathname, searchParams } = url;
  // Any of these may be a secret, and errors show parts of addresses.
  for (const part of [...pathname.split('/'), ...searchParams.values()]) registerSecret(percentDecode(part));
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url: new Secret(url.href) };
  const decodedName = percentDecode(username);
  const decodedPassword = new Secret(percentDecode(password));
  return {
    url: new Secret(url.href),
    login: new Secret(Buffer.from(`${decodedName}:${decodedPassword.reveal()}`).toString('base64')),
  };
}

export const notifySettings = z.object({
  NOTIFY_URL: customSetting<NotifyAddress>(
    {
      description:
        'Where to send a message when a problem begins and when it is resolved: an ntfy topic or a webhook. If unset, no messages are sent.',
      example: 'https://ntfy.sh/my-secret-topic',
      secret: true,
      credentials: encodeCredentials,
    },
    'http:// or https:// with a host',
    parseAddress,
  ),
  NOTIFY_FORMAT: enumSetting(
    { description: 'Format of the messages: for ntfy, or one JSON object each.', default: 'ntfy' },
    'ntfy',
    'json',
  ),
  NOTIFY_TOKEN: secretSetting(
    { description: 'Bearer token to send with each message.' },
    'text that an HTTP header can hold',
    /^[\x20-\x7e\x80-\xff]+$/,
  ),
});

export type NotifySettings = z.output<typeof notifySettings>;

/** The `Authorization` header: the token, otherwise the credentials in the address. */
export function authorizationHeader({ NOTIFY_URL, NOTIFY_TOKEN }: NotifySettings): Secret | undefined {
  if (NOTIFY_TOKEN !== undefined) return new Secret(`Bearer ${NOTIFY_TOKEN.reveal()}`);
  return NOTIFY_URL?.login && new Secret(`Basic ${NOTIFY_URL.login.reveal()}`);
}
