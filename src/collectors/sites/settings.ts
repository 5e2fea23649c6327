import * as z from 'zod/mini';
import { enumSetting } from '../../model/setting.ts';

export const sitesSettings = z.object({
  SITES: enumSetting(
    {
      description:
        'Whether this agent watches the lab: it hears all agents on the broker and says of every site how it is. Several may; one of them speaks.',
      default: 'false',
    },
    'true',
    'false',
  ),
});
