import * as z from 'zod/mini';
import { hostRootSettings } from '../model/host-roots.ts';
import { enumSetting, stringSetting } from '../model/setting.ts';

export const agentSettings = z.object({
  AGENT_NAME: stringSetting({
    description:
      'This agent’s name: the device in Home Assistant and a level in topics. The host’s name unless set. A changed name is a new device.',
    example: 'nas',
  }),
  SITE: stringSetting({
    description: 'The location’s name: Home Assistant’s suggested area, and a field of every JSON answer.',
    example: 'Berlin',
  }),
  LOG_LEVEL: enumSetting(
    { description: 'How much to log.', default: 'info' },
    'trace',
    'debug',
    'info',
    'warn',
    'error',
  ),
  LOG_FORMAT: enumSetting(
    { description: 'Lines for a person, or JSON for a machine.', default: 'text' },
    'text',
    'json',
  ),
  ...hostRootSettings,
});
