import { expect, test } from 'vitest';
import { run } from '../helpers/cli.ts';
import { dashboardLab } from '../helpers/dashboard-lab.ts';

test('dashboard --install saves it with an administrator’s token, once or again, and check says when it is out of date', async () => {
  const { asked, instance, registry, install } = await dashboardLab();
  expect(await install()).toMatchObject({ status: 0, output: expect.stringContaining('✓ Installed: ') });
  expect(instance.commands.map(({ type }) => type)).toEqual([
    'config/entity_registry/list',
    'config/device_registry/list',
    'config/area_registry/list',
    'auth/current_user',
    'lovelace/dashboards/list',
    'lovelace/config',
    'lovelace/dashboards/create',
    'lovelace/config/save',
  ]);
  const saved = instance.commands.at(-1)?.config as { views: { cards?: object[] }[] };
  const { results } = instance.script;
  results['lovelace/dashboards/list'] = [{ url_path: 'infra-lab', mode: 'storage' }];
  results['lovelace/config'] = saved;
  const check = async () =>
    (await run({ ...asked, HA_TOKEN: 'of-an-administrator' }, 'check')).output
      .split('\n')
      .filter((line) => line.includes('infra-lab'));
  expect(await check()).toEqual(['✓ Home Assistant: the dashboard infra-lab shows what there is']);

  results['config/entity_registry/list'] = registry.map((entry) => ({ ...entry, entity_id: `${entry.entity_id}_new` }));
  expect(await check()).toEqual([
    expect.stringMatching(
      /^! Home Assistant: the dashboard infra-lab is out of date: run .*infra-monitor\S* dashboard --install$/,
    ),
  ]);
  instance.commands.length = 0;
  expect(await install()).toMatchObject({ status: 0, output: expect.stringContaining('✓ Updated: ') });
  expect(instance.commands.map(({ type }) => type)).not.toContain('lovelace/dashboards/create');

  results['lovelace/config'] = { ...saved, views: saved.views.slice(1) };
  expect(await check()).toEqual([
    '– Home Assistant: the dashboard infra-lab was changed in Home Assistant; whether it is up to date is unknown',
  ]);
  expect(await install()).toMatchObject({ status: 2, output: expect.stringContaining('--force replaces it') });
  expect(await install('--force')).toMatchObject({ status: 0, output: expect.stringContaining('✓ Updated: ') });
});

test('dashboard --install says why it cannot save', async () => {
  const { settings, asked, instance, install } = await dashboardLab();
  const { results } = instance.script;
  expect(await run(asked, 'dashboard', '--install')).toMatchObject({
    status: 2,
    output: expect.stringMatching(/needs the token of an administrator.*HA_TOKEN will not do/),
  });
  expect(await run(settings, 'dashboard', '--install')).toMatchObject({
    status: 2,
    output: expect.stringContaining('needs HA_BASE_URL'),
  });
  expect(await run(asked, 'dashboard', '--install', '--instance', 'cellar')).toMatchObject({
    status: 2,
    output: expect.stringContaining('HA_BASE_URL names no cellar'),
  });
  results['lovelace/dashboards/list'] = [{ url_path: 'infra-lab', mode: 'yaml' }];
  expect(await install()).toMatchObject({ status: 2, output: expect.stringContaining('from a file') });
  results['auth/current_user'] = { is_admin: false };
  expect(await install()).toMatchObject({ status: 2, output: expect.stringContaining('only administrators') });
  instance.script.token = 'another';
  const refused = await install();
  expect(refused).toMatchObject({ status: 1, output: expect.stringContaining('Home Assistant refuses the token') });
  expect(refused.output).not.toContain('of-an-administrator');
});
