import * as z from 'zod/mini';
import { hostRootSettingsShape } from '../model/host-roots.ts';
import { enumSetting, stringSetting } from '../model/setting.ts';

export const agentSettingsSchema = z.object({
  AGENT_NAME: stringSetting({
    description:
      'Name of this agent, used for its device in Home Assistant and in its topics. Defaults to the host name. A new name creates a new device.',
    example: 'nas',
  }),
  SITE: stringSetting({
    description: 'Name of the location, suggested to Home Assistant as the area and included in every JSON response.',
    example: 'Berlin',
  }),
  LOG_LEVEL: enumSetting(
    { description: 'Minimum level of the messages to log.', default: 'info' },
    'trace',
    'debug',
    'info',
    'warn',
    'error',
  ),
  LOG_FORMAT: enumSetting(
    { description: 'Format of the log: text for people, or JSON for programs.', default: 'text' },
    'text',
    'json',
  ),
  ...hostRootSettingsShape,
});
