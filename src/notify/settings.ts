import * as z from 'zod/mini';
import { registerSecret, Secret } from '../model/secret.ts';
import { customSetting, enumSetting, secretSetting } from '../model/setting.ts';

/** The address that notifications are sent to. */
export interface NotifyAddress {
  /** Without the login. */
  url: Secret;
  /** Credentials for Basic authentication (RFC 7617), if the URL contains a user name or a password. */
  login?: Secret;
}

/** Percent-decoded; a `%` that starts no valid sequence is kept. */
const decoded = (text: string) =>
  text.replace(/(?:%[\da-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });

/** An unescaped `/`, `?` or `#` in a user name or password ends the authority: the text before it is parsed as the
 * host, and the real host ends up in the path, query or fragment. */
const hasUnescapedCredentials = (text: string) => /^[^/]+\/\/[^@/?#]*(?::\d*[/?]|#).*@/.test(text);

function parseAddress(text: string): NotifyAddress | undefined {
  if (!/^https?:\/\/[^\s/]/.test(text) || !URL.canParse(text) || hasUnescapedCredentials(text)) return undefined;
  const url = new URL(text);
  const { username, password, pathname, searchParams } = url;
  // Any part may be a secret, and error messages quote parts of URLs.
  for (const part of [...pathname.split('/'), ...searchParams.values()]) registerSecret(decoded(part));
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url: new Secret(url.href) };
  const name = decoded(username);
  const secret = new Secret(decoded(password));
  return { url: new Secret(url.href), login: new Secret(Buffer.from(`${name}:${secret.reveal()}`).toString('base64')) };
}

export const notifySettingsSchema = z.object({
  NOTIFY_URL: customSetting<NotifyAddress>(
    {
      description:
        'ntfy topic or webhook that receives a message when a problem begins and when it is over. Unless set, no messages are sent.',
      example: 'https://ntfy.sh/my-secret-topic',
      secret: true,
      credentials: 'encodeCredentials',
    },
    'webUrl',
    (text) => parseAddress(text.trim()),
  ),
  NOTIFY_FORMAT: enumSetting(
    { description: 'Format of the messages: a message for ntfy, or a JSON object.', default: 'ntfy' },
    'ntfy',
    'json',
  ),
  NOTIFY_TOKEN: secretSetting(
    { description: 'Bearer token to send with each message.' },
    'headerValue',
    /^(?! )[\x20-\x7e\x80-\xff]+(?<! )$/,
  ),
});

export type NotifySettings = z.output<typeof notifySettingsSchema>;

/** The `Authorization` header: the token, else the credentials in the URL. */
export function notifyAuthorizationHeader({ NOTIFY_URL, NOTIFY_TOKEN }: NotifySettings): Secret | undefined {
  if (NOTIFY_TOKEN !== undefined) return new Secret(`Bearer ${NOTIFY_TOKEN.reveal()}`);
  return NOTIFY_URL?.login && new Secret(`Basic ${NOTIFY_URL.login.reveal()}`);
}
