import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { renderEnvExample } from '../../scripts/generate/env-example.ts';
import { renderEntitiesReference } from '../../scripts/generate/reference.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import { createApiRoutes } from '../../src/http/api-routes.ts';
import { stringSetting } from '../../src/model/setting.ts';
import { parseSettings, titledSettingsSchemas } from '../../src/settings/index.ts';
import { stateAndMemoryPayloadsByTopic } from '../../src/views/state-and-event-payloads.ts';
import { discoveryPayloads } from '../helpers/discovery.ts';
import { renderPage } from '../helpers/page.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

test('a new collector is one folder and one line: everything else follows', () => {
  const one = {
    ...probe(async () => []),
    env: z.object({ PROBE_COLOUR: stringSetting({ description: 'Its colour.', default: 'red' }) }),
  };
  const more = [...allCollectors, one];
  const state = stateOf(one, [{ table: 'thing', device, reading: { level: 1 } }]);

  expect(renderEnvExample(titledSettingsSchemas(more))).toContain(
    '# PROBE_SCHEDULE=* * * * * *\n\n# Its colour.\n# String.\n# PROBE_COLOUR=red',
  );
  expect(parseSettings(more, { PROBE_COLOUR: 'blue' }).collectors.at(-1)).toMatchObject({
    env: { PROBE_COLOUR: 'blue' },
    schedule: '* * * * * *',
  });
  expect(parseSettings(more, { PROBE_COLUOR: 'blue' }).warnings).toEqual([
    'PROBE_COLUOR is not a setting of this program; did you mean PROBE_COLOUR?',
  ]);
  expect(renderEntitiesReference(more)).toContain('### Part: `infra-monitor/<agent>/probe/<device>/part_<name>`');
  expect([...createApiRoutes(more, agent, state).keys()]).toContain('/probe/status');
  const shown = renderPage({ catalogue: more, agent, state, history: { lineOf: () => undefined } }, 'hour', new Date());
  expect(shown).toContain('<h2>Probe</h2>');
  expect(shown).toContain('<dt>Level</dt><dd><b>1.0</b>\u202f%</dd>');
  expect([...stateAndMemoryPayloadsByTopic(more, agent, state).keys()]).toContain('infra-monitor/nas/probe/thing_1');
  expect([...discoveryPayloads(more, agent, state).keys()]).toContain(
    'homeassistant/device/infra-monitor_nas/thing_1/config',
  );
});
