import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildGrafanaDashboard } from '../../../scripts/generate/grafana.ts';
import { allCollectors } from '../../../src/collectors/index.ts';
import { prometheusFamilies } from '../../../src/views/prometheus.ts';
import { prometheusSampleName } from '../../../src/views/prometheus-descriptor.ts';
import { renderExposition } from '../../../src/views/prometheus-text.ts';
import { everything } from '../../helpers/everything.ts';
import { freePort } from '../../helpers/ports.ts';
import { agent as situation } from '../../helpers/sample-collector.ts';
import { until } from '../../helpers/until.ts';
import { ask, serve, token } from './programs.ts';

/** The reference implementation of OpenMetrics; it counts what it read. */
const strictParser = `import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
print(sum(len(family.samples) for family in parse(sys.stdin.read())))`;

const families = prometheusFamilies(allCollectors, { ...situation, name: 'na"s\n\\' }, everything(allCollectors, 3));
const samples = families.reduce((sum, family) => sum + family.samples.length, 0);

test('promtool finds nothing in the whole catalogue', async () => {
  expect(await ask('promtool', ['check', 'metrics'], renderExposition(families, 'prometheus'))).toBe('');
});

test('the strict parser of OpenMetrics reads the whole catalogue', async () => {
  expect(await ask('python3', ['-c', strictParser], renderExposition(families, 'openmetrics'))).toBe(`${samples}\n`);
});

test('promtool and the parser find nothing in what a running agent says', async () => {
  const { url, headers } = await serve(false);
  const text = async (accept: string) => (await fetch(`${url}/metrics`, { headers: { ...headers, accept } })).text();
  expect(await ask('promtool', ['check', 'metrics'], await text('text/plain'))).toBe('');
  expect(
    Number(await ask('python3', ['-c', strictParser], await text('application/openmetrics-text'))),
  ).toBeGreaterThan(30);
});

interface Sample {
  metric: Record<string, string>;
  value: [at: number, value: string];
}

interface Answer {
  status: string;
  data: { result: Sample[]; activeTargets: { health: string; lastError: string }[] };
}

/** The YAML of the docs: what to scrape, some alerts, and how node_exporter's rules can be used. */
const [scrapeConfigs = '', alerts = '', relabelling = ''] = [
  ...readFileSync('docs/http.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs),
].map(([, yaml]) => String(yaml));

test('what the docs tell Prometheus is right', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'prometheus.yml'), scrapeConfigs + relabelling);
  writeFileSync(join(folder, 'alerts.yml'), alerts);
  expect(await ask('promtool', ['check', 'config', '--syntax-only', join(folder, 'prometheus.yml')])).toContain(
    'SUCCESS',
  );
  expect(await ask('promtool', ['check', 'rules', join(folder, 'alerts.yml')])).toContain('4 rules found');
  const names = families.map(prometheusSampleName);
  for (const [name] of alerts.matchAll(/infra_monitor_\w+/g)) expect(names).toContain(name);
});

/** A real Prometheus that scrapes the agent every second, once as it is and once in node_exporter's words; gives back
 * how to query it. */
async function scrape(target: number): Promise<(path: string) => Promise<Answer>> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const port = await freePort();
  writeFileSync(join(folder, 'token'), token);
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `scrape_configs:
  - job_name: infra-monitor
    scrape_interval: 1s
    authorization: { credentials_file: ${join(folder, 'token')} }
    static_configs: [{ targets: ['127.0.0.1:${target}'] }]
  - job_name: node
    scrape_interval: 1s
    authorization: { credentials_file: ${join(folder, 'token')} }
    static_configs: [{ targets: ['127.0.0.1:${target}'] }]
${relabelling}`,
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    {
      stdio: 'ignore',
    },
  );
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
    rmSync(folder, { recursive: true, force: true });
  });
  const get = async (path: string) =>
    (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).json() as Promise<Answer>;
  await until('Prometheus answers', () => get('status/buildinfo').then(Boolean, () => false), 30);
  return get;
}

test('a real Prometheus scrapes it with the token, and draws the dashboard', async () => {
  const { agent, port } = await serve(true);
  const get = await scrape(port);
  const query = async (expression: string) => (await get(`query?query=${encodeURIComponent(expression)}`)).data.result;
  await until('a scrape', async () => (await query('up == 1')).length === 2, 30);
  const [target] = (await get('targets')).data.activeTargets;
  expect(target).toMatchObject({ health: 'up', lastError: '' });
  expect(await query('infra_monitor_scrape_collector_success{collector="host",job="infra-monitor"}')).toMatchObject([
    { metric: { job: 'infra-monitor', collector: 'host' }, value: [expect.anything(), '1'] },
  ]);
  expect(Number((await query('infra_monitor_load1'))[0]?.value[1])).toBeGreaterThan(0);

  const inTheirWords = await query('{job="node",__name__=~"node_.*"}');
  expect(inTheirWords.map(({ metric }) => metric.__name__)).toEqual(
    expect.arrayContaining(['node_load1', 'node_boot_time_seconds', 'node_network_receive_bytes_total']),
  );
  expect(
    inTheirWords.find(({ metric }) => metric.__name__ === 'node_network_receive_bytes_total')?.metric,
  ).toMatchObject({ device: expect.not.stringMatching('testling') });

  // Rates want two scrapes.
  await until(
    'two scrapes',
    async () => (await query('rate(infra_monitor_network_receive_bytes_total[1m])')).length > 0,
    30,
  );
  const drawn = new Set<string>();
  for (const { title, targets = [] } of buildGrafanaDashboard(allCollectors).panels) {
    for (const { expr } of targets) {
      const { status, data } = await get(
        `query?query=${encodeURIComponent(expr.replace('$instance', '.*').replace('$__rate_interval', '1m'))}`,
      );
      expect(status, `${title}: ${expr}`).toBe('success');
      if (data.result.length > 0) drawn.add(title);
    }
  }
  expect([...drawn]).toEqual(
    expect.arrayContaining([
      'Agents',
      'Duration of readings',
      'host: CPU',
      'host: Load 5 min',
      'filesystem: Used',
      'filesystem: yes or no',
    ]),
  );

  // A series that is absent becomes stale with the next scrape, not five minutes later.
  await agent.stop();
  await until('the series end', async () => (await query('infra_monitor_load1')).length === 0, 30);
});
