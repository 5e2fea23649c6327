import { isIP } from 'node:net';
import * as z from 'zod/mini';
import { customSetting, integerSetting, listSetting, secretSetting, stringSetting } from '../model/setting.ts';
import { parsePeers } from './peers.ts';

export const httpSettings = z.object({
  HTTP_HOST: stringSetting({
    description: 'The address that the status server listens on.',
    default: '127.0.0.1',
    example: '0.0.0.0',
  }),
  HTTP_PORT: integerSetting({ description: 'Its port; 0 turns the server off.', default: '8000' }, 0, 65_535),
  HTTP_TOKEN: secretSetting({
    description:
      'Who does not show it, as a bearer token or a password, hears only from `/health/` whether all is well. Set it when the server listens beyond this machine.',
  }),
  HTTP_ALLOWED_HOSTS: listSetting({
    description:
      'Host names under which browsers may ask, beside addresses, single words and names that end with .local, .localhost, .lan, .internal or .home.arpa; * allows any.',
    example: 'monitor.example.org',
  }),
  HTTP_ALLOWED_PEERS: customSetting(
    {
      description:
        'Who may ask, beside programs on this machine that ask over its loopback address; anyone unless set. From these alone X-Ingress-Path is believed.',
      example: '192.168.1.5,192.168.2.0/24',
    },
    'addresses and networks, separated by commas',
    parsePeers,
  ),
});

export type HttpSettings = z.output<typeof httpSettings>;

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** What a person should think about before others read what the agent knows. */
export const httpWarnings = ({ HTTP_HOST, HTTP_PORT, HTTP_TOKEN, HTTP_ALLOWED_PEERS }: HttpSettings): string[] =>
  HTTP_PORT === 0 || HTTP_TOKEN !== undefined || HTTP_ALLOWED_PEERS !== undefined || isLoopback(HTTP_HOST)
    ? []
    : [
        `HTTP_HOST: whoever reaches ${HTTP_HOST} can read all that this agent knows; set HTTP_TOKEN, or leave HTTP_HOST out`,
      ];
