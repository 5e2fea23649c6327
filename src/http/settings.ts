import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { customSetting, integerSetting, listSetting, secretSetting, stringSetting } from '../model/setting.ts';
import { parsePeers } from './peers.ts';

export const httpSettings = z.object({
  HTTP_HOST: stringSetting({
    description: 'Address on which the status server listens.',
    default: '127.0.0.1',
    example: '0.0.0.0',
  }),
  HTTP_PORT: integerSetting({ description: 'Port of the status server; 0 disables it.', default: '8000' }, 0, 65_535),
  HTTP_TOKEN: secretSetting({
    description:
      'Clients must send it as a bearer token or a password; without it, they only see on `/health/` whether the agent is healthy. Set it if other machines can reach the server.',
  }),
  HTTP_ALLOWED_HOSTS: listSetting({
    description:
      'Host names that browsers may use, in addition to IP addresses, single-label names and names that end in .local, .localhost, .lan, .internal or .home.arpa; * allows any.',
    example: 'monitor.example.org',
  }),
  HTTP_ALLOWED_PEERS: customSetting(
    {
      description:
        'Clients that may connect, in addition to programs on this machine over its loopback address; anyone if unset. X-Ingress-Path is trusted only from these.',
      example: '192.168.1.5,192.168.2.0/24',
    },
    'addresses and networks separated by commas',
    parsePeers,
  ),
});

export type HttpSettings = z.output<typeof httpSettings>;

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** Warns of a status server that other machines can read without a token. */
export const httpWarnings = ({ HTTP_HOST, HTTP_PORT, HTTP_TOKEN, HTTP_ALLOWED_PEERS }: HttpSettings): string[] =>
  HTTP_PORT === 0 || HTTP_TOKEN !== undefined || HTTP_ALLOWED_PEERS !== undefined || isLoopback(HTTP_HOST)
    ? []
    : [
        `HTTP_HOST: anyone who can reach ${HTTP_HOST} can read everything that this agent knows; set HTTP_TOKEN, or remove HTTP_HOST`,
      ];
