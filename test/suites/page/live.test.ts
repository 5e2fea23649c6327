import { writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { freePort } from '../../helpers/ports.ts';
import { tree } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';
import { browser, live } from './browser.ts';

const { open } = browser();

/** The built agent on a machine that has nothing but a load. */
async function agentWithLoad(more: Record<string, string> = {}) {
  const machine = tree({ 'proc/loadavg': '1.00 1.00 1.00 1/100 1000\n' });
  const port = await freePort();
  const settings = {
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    HTTP_PORT: String(port),
    HOST_PROC: machine.proc(),
    HOST_SYS: machine.sys(),
    HOST_ROOT: machine.host(),
    HOST_SCHEDULE: '* * * * * *',
    ...more,
  };
  const start = async () => {
    const agent = startAgent(settings);
    await until('connected', () => agent.output().includes('MQTT: connected'), 30);
    return agent;
  };
  return {
    start,
    url: `http://127.0.0.1:${port}`,
    setLoad: (load: string) => writeFileSync(machine.proc('loadavg'), `${load} ${load} ${load} 1/100 1000\n`),
  };
}

/** A proxy that serves below a path, as Home Assistant's ingress does; `isInHeader`: it sends the path in its
 * header. */
async function proxyTo(url: string, prefix: string, isInHeader: boolean) {
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url?.startsWith(prefix) ? incoming.url.slice(prefix.length) : '/nowhere';
    const headers = { ...incoming.headers, ...(isInHeader ? { 'x-ingress-path': prefix } : {}) };
    const onward = request(url + path, { headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    outgoing.on('close', () => onward.destroy());
    onward.on('error', () => outgoing.destroy()).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
}

const load = '[id="host/testling"] dt:text("Load 5 min") + dd b';

test('a new reading appears in its place, without a reload and without moving the focus', async () => {
  const { start, url, setLoad } = await agentWithLoad();
  await start();
  const page = await open(url);
  await live(page);
  await until('the load', async () => (await page.locator(load).textContent()) === '1.00');
  await page.locator('[id="host/"] a').focus();
  await page.evaluate('document.activeElement.marked = true');
  setLoad('7.25');
  await until('the new load', async () => (await page.locator(load).textContent()) === '7.25', 20);
  expect(await page.evaluate('document.activeElement.marked')).toBe(true);
});

test('the page shows that an agent is silent, and that it is live again', async () => {
  const { start, url } = await agentWithLoad();
  const first = await start();
  const page = await open(url);
  await live(page);
  await first.stop();
  await page.locator('body.silent').waitFor({ state: 'attached', timeout: 40_000 });
  expect(await page.locator('#live').textContent()).toMatch(/^no message from the agent for \d+ s$/);
  await start();
  await page.locator('body.live').waitFor({ state: 'attached', timeout: 40_000 });
});

test.each([true, false])('below a path of a proxy (path in the header: %s)', async (isInHeader) => {
  const { start, url } = await agentWithLoad({ HTTP_ALLOWED_PEERS: '127.0.0.1' });
  await start();
  const page = await open(`${await proxyTo(url, '/api/hassio_ingress/abc', isInHeader)}/`);
  await live(page);
  await page.locator('[id="host/"] .head a').click();
  expect(page.url()).toMatch(/\/api\/hassio_ingress\/abc\/host\/status$/);
  expect(await page.locator('body').textContent()).toContain('"collector": "host"');
});

test('live with the token, nothing without it', async () => {
  const { start, url } = await agentWithLoad({ HTTP_TOKEN: 'open-sesame-24-7' });
  await start();
  await live(await open(url, { httpCredentials: { username: 'anyone', password: 'open-sesame-24-7' } }));
  for (const path of ['/', '/events']) expect((await fetch(url + path)).status).toBe(401);
});
