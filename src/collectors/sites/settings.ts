import * as z from 'zod/mini';
import { enumSetting } from '../../model/setting.ts';

export const sitesSettings = z.object({
  SITES: enumSetting(
    {
      description:
        'Whether this agent watches the sites of the lab: it follows all agents on the broker and reports the state of every site. Several agents may do so; only one of them publishes.',
      default: 'false',
    },
    'true',
    'false',
  ),
});
