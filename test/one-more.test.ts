import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { collectors } from '../src/collectors/index.ts';
import { routes } from '../src/http/routes.ts';
import { text } from '../src/model/setting.ts';
import { readSettings, settingGroups } from '../src/settings/index.ts';
import { discovery } from '../src/views/discovery.ts';
import { envExample } from '../src/views/env-example.ts';
import { page } from '../src/views/page/index.ts';
import { entitiesReference } from '../src/views/reference.ts';
import { stateTopics } from '../src/views/state-topics.ts';
import { agent, device, probe, stateOf } from './helpers/situation.ts';

test('one more collector is one folder and one line: everything else follows', () => {
  const one = { ...probe(async () => []), env: z.object({ PROBE_COLOUR: text({ description: 'Its colour.', default: 'red' }) }) };
  const more = [...collectors, one];
  const state = stateOf(one, [{ of: 'thing', device, reading: { level: 1 } }]);

  expect(envExample(settingGroups(more))).toContain('# PROBE_SCHEDULE=* * * * * *\n\n# Its colour.\n# Wants a text.\n# PROBE_COLOUR=red');
  expect(readSettings(more, { PROBE_COLOUR: 'blue' }).collectors.at(-1)).toMatchObject({ env: { PROBE_COLOUR: 'blue' }, schedule: '* * * * * *' });
  expect(readSettings(more, { PROBE_COLUOR: 'blue' }).warnings).toEqual(['PROBE_COLUOR is not a setting of this program; did you mean PROBE_COLOUR?']);
  expect(entitiesReference(more)).toContain('### `infra-monitor/<agent>/probe/<device>/part_<name>`');
  expect([...routes(more, agent, state).keys()]).toContain('/probe/status');
  const shown = page({ catalogue: more, agent, state, history: { line: () => undefined } }, new Date());
  expect(shown).toContain('<h2>Probe</h2>');
  expect(shown).toContain('<dt>Level</dt><dd><b>1.0</b>\u202f%</dd>');
  expect([...stateTopics(more, agent, state).keys()]).toContain('infra-monitor/nas/probe/thing_1');
  expect([...discovery(more, agent, state, new Map(), 'bury').keys()]).toEqual(['homeassistant/device/infra-monitor_nas/thing_1/config']);
});
