import * as z from 'zod/mini';
import { choice, secret } from '../model/setting.ts';

export const notifySettings = z.object({
  NOTIFY_URL: secret(
    {
      description: 'Where to send a message when something goes wrong, and when it is well again: a topic of ntfy, or a webhook. Without it none is sent.',
      example: 'https://ntfy.sh/my-secret-topic',
    },
    'http:// or https:// with a host',
    /^https?:\/\/[^\s/]+/,
  ),
  NOTIFY_FORMAT: choice({ description: 'What is sent there: a message for ntfy, or one JSON object.', default: 'ntfy' }, 'ntfy', 'json'),
  NOTIFY_TOKEN: secret({ description: 'Sent along as a bearer token.' }),
});

export type NotifySettings = z.output<typeof notifySettings>;
