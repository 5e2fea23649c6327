import * as z from 'zod/mini';
import { integer, text } from '../model/setting.ts';

export const httpSettings = z.object({
  HTTP_HOST: text({ description: 'The address that the status server listens on.', default: '127.0.0.1', example: '0.0.0.0' }),
  HTTP_PORT: integer({ description: 'Its port; 0 turns the server off.', default: '8000' }, 0, 65_535),
});

export type HttpSettings = z.output<typeof httpSettings>;
