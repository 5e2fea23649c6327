import * as z from 'zod/mini';
import { choice, text } from '../model/setting.ts';

export const agentSettings = z.object({
  AGENT_NAME: text({
    description: 'This agent’s name: the device in Home Assistant and a level in topics. The host’s name unless set. A changed name is a new device.',
    example: 'nas',
  }),
  SITE: text({ description: 'The location’s name: Home Assistant’s suggested area, and a field of every JSON answer.', example: 'Berlin' }),
  LOG_LEVEL: choice({ description: 'How much to log.', default: 'info' }, 'trace', 'debug', 'info', 'warn', 'error'),
  LOG_FORMAT: choice({ description: 'Lines for a person, or JSON for a machine.', default: 'text' }, 'text', 'json'),
});
