import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { formatProblem } from '../../../src/views/problem-groups.ts';
import { parseProblemsPayload } from '../../../src/views/problems-payload.ts';
import { startAgent } from '../../helpers/agent.ts';
import { chromiumArguments } from '../page/browser.ts';
import type { HomeAssistant } from './home-assistant.ts';

/** A list of what is wrong: its first sentence, and each problem with its severity and what to do. */
export interface ProblemList {
  summary: string;
  rows: { text: string; remedy?: string | undefined }[];
}

const severityOfIcon: Record<string, string> = {
  'mdi:database-alert': 'data_at_risk',
  'mdi:alert-octagon': 'outage',
  'mdi:alert': 'degraded',
  'mdi:information-outline': 'notice',
};

const summaryOf = (count: number) =>
  count === 0 ? 'Everything is well.' : count === 1 ? 'One thing is wrong.' : `${count} things are wrong.`;

/** What is to be seen of a list that an agent publishes. */
export function listInTopic(payload = ''): ProblemList {
  const { count = Number.NaN, problems = [] } = parseProblemsPayload(payload) ?? {};
  const own = problems.filter(({ explained_by: explanation }) => explanation === undefined);
  const rows = own.map((problem) => ({
    text: `${problem.severity} ${formatProblem(problem)}`,
    remedy: problem.remedy && problem.remedy.charAt(0).toUpperCase() + problem.remedy.slice(1),
  }));
  return { summary: summaryOf(count), rows };
}

const ofRow = /^(.*), (?:for \d+ \w+|at least since now)(?:\. (.*))?$/s;

/** The program's dashboard in the real Home Assistant, as Chromium shows it. */
export class Dashboard {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Makes one of all agents on this broker, and restarts Home Assistant with it and with the frontend; it ends with
   * the test. */
  static async ofBroker(homeAssistant: HomeAssistant, broker: string): Promise<Dashboard> {
    const command = startAgent({ MQTT_URL: broker }, ['dashboard']);
    expect(await command.ended, command.output()).toBe(0);
    writeFileSync(join(homeAssistant.folder, 'lab.yaml'), command.output());
    // What says where it listens stays.
    const file = join(homeAssistant.folder, 'configuration.yaml');
    const lines = [
      'frontend:',
      'lovelace:',
      '  dashboards:',
      '    infra-lab: {mode: yaml, filename: lab.yaml, title: Lab}',
    ];
    writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n${lines.join('\n')}\n`);
    await homeAssistant.restart();
    return new Dashboard(await openPage(homeAssistant));
  }

  async open(view: string): Promise<void> {
    await this.#page.goto(`/infra-lab/${view}`);
  }

  /** The title of a device's view; undefined before there is one. */
  async title(): Promise<string | undefined> {
    return (await this.#page.locator('.main-title').allInnerTexts())[0]?.trim();
  }

  /** The first list of the view, empty before it is there. The times of the problems are left out. */
  async list(): Promise<ProblemList> {
    const card = this.#page.locator('hui-markdown-card').first();
    const [summary = ''] = await card.locator('p').allInnerTexts();
    const rows = await card.locator('li').evaluateAll((items) =>
      items.map((item) => ({
        icon: item.querySelector('ha-icon')?.getAttribute('icon') ?? '',
        row: (item as unknown as { innerText: string }).innerText.trim(),
      })),
    );
    return {
      summary: summary.trim(),
      rows: rows.map(({ icon, row }) => {
        const [, text = row, remedy] = ofRow.exec(row) ?? [];
        return { text: `${severityOfIcon[icon]} ${text}`, remedy };
      }),
    };
  }
}

/** A tab of Home Assistant's frontend, logged in; it ends with the test. */
export async function openPage(
  { port, token }: HomeAssistant,
  options: BrowserContextOptions = { viewport: { width: 1400, height: 1000 } },
): Promise<Page> {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: chromiumArguments });
  onTestFinished(() => browser.close());
  const baseURL = `http://127.0.0.1:${port}`;
  const context = await browser.newContext({ baseURL, ...options });
  const tokens = {
    hassUrl: baseURL,
    clientId: `${baseURL}/`,
    access_token: token,
    refresh_token: '',
    token_type: 'Bearer',
    expires_in: 86_400,
    expires: Date.now() + 86_400_000,
  };
  await context.addInitScript(`localStorage.setItem('hassTokens', ${JSON.stringify(JSON.stringify(tokens))})`);
  return context.newPage();
}
