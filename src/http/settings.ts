import * as z from 'zod/mini';
import { bounds } from '../model/bounds.ts';
import { customSetting, integerSetting, listSetting, secretSetting, stringSetting } from '../model/setting.ts';
import { settingErrorTexts } from '../model/setting-error-texts.ts';
import { isListedPeer, loopbackPeers, parsePeerList } from './peer-list.ts';

export const httpSettingsSchema = z.object({
  HTTP_HOST: stringSetting({
    description: 'Address that the status server listens on.',
    default: '127.0.0.1',
    example: '0.0.0.0',
  }),
  HTTP_PORT: integerSetting(
    { description: 'Port of the status server; 0 disables the server.', default: '8000' },
    0,
    65_535,
  ),
  HTTP_TOKEN: secretSetting(
    {
      description:
        'Token that clients must send, as a bearer token or as a password. Without it, they can read only the health status at `/health/`. Set it if the server is reachable from other machines.',
    },
    'httpToken',
    /^\S(?:.*\S)?$/,
  ),
  HTTP_ALLOWED_HOSTS: listSetting({
    description:
      'Host names that browsers may use for the server, in addition to IP addresses, single-word names and names that end with .local, .localhost, .lan, .internal or .home.arpa; * allows any name.',
    example: 'monitor.example.org',
  }),
  HTTP_ALLOWED_PEERS: customSetting(
    {
      description:
        'Clients that may connect, in addition to programs on this machine. Defaults to all clients. The header X-Ingress-Path is accepted only from the clients listed here.',
      example: '192.168.1.5,192.168.2.0/24',
    },
    'peers',
    parsePeerList,
  ),
});

export type HttpSettings = z.output<typeof httpSettingsSchema>;

/** Whether a server that listens there can be reached from this machine alone. */
export const isLoopback = (host: string): boolean => host === 'localhost' || isListedPeer(loopbackPeers, host);

/** Warnings if other machines can read the agent's data without a token, or guess the token. */
export const httpAccessWarnings = (
  { HTTP_HOST, HTTP_PORT, HTTP_TOKEN, HTTP_ALLOWED_PEERS }: HttpSettings,
  texts = settingErrorTexts,
): string[] => {
  if (HTTP_PORT === 0) return [];
  // Shorter ones were allowed, so that an agent with such a token goes on after an update.
  if (HTTP_TOKEN !== undefined && HTTP_TOKEN.reveal().length < bounds.httpToken.characters)
    return [texts.shortToken(bounds.httpToken.characters)];
  return HTTP_TOKEN !== undefined || HTTP_ALLOWED_PEERS !== undefined || isLoopback(HTTP_HOST)
    ? []
    : [texts.openToAll(HTTP_HOST)];
};
