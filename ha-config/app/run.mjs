// Starts the agent as an app of Home Assistant: options, and what the Supervisor knows, become its environment.
// With the argument `health`, it asks the running agent, which the container's health check does.
import { readFileSync } from 'node:fs';

const { SUPERVISOR_API = 'http://supervisor', SUPERVISOR_TOKEN, OPTIONS_FILE = '/data/options.json' } = process.env;
// The agent runs other programs, which have no need of it.
delete process.env.SUPERVISOR_TOKEN;

/** What the Supervisor answers; undefined where it has none. */
async function ask(path) {
  const answer = await fetch(`${SUPERVISOR_API}${path}`, {
    headers: { authorization: `Bearer ${SUPERVISOR_TOKEN}` },
    signal: AbortSignal.timeout(10_000),
  });
  return answer.ok ? (await answer.json()).data : undefined;
}

const { other = [], ...named } = JSON.parse(readFileSync(OPTIONS_FILE, 'utf8'));
const options = Object.fromEntries([
  ...Object.entries(named).map(([name, value]) => [name.toUpperCase(), String(value)]),
  ...other.map(({ name, value }) => [name, value]),
]);

/** The broker that Home Assistant's own MQTT app is. */
async function broker() {
  const service = await ask('/services/mqtt');
  if (service === undefined) {
    process.stderr.write(
      'The Supervisor knows no MQTT broker: install the Mosquitto app, or set mqtt_url in the options of this app\n',
    );
    process.exit(2);
  }
  const { host, port, ssl, username, password } = service;
  return {
    MQTT_URL: `${ssl ? 'mqtts' : 'mqtt'}://${host}:${port}`,
    ...(username ? { MQTT_USERNAME: username, MQTT_PASSWORD: password } : {}),
  };
}

/** The language of Home Assistant becomes the option of an app that has none, and is the user's from then on. */
async function language() {
  const answer = await fetch(`${SUPERVISOR_API}/core/api/config`, {
    headers: { authorization: `Bearer ${SUPERVISOR_TOKEN}` },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  if (!answer?.ok) return {};
  const AGENT_LANGUAGE = /^de(-|$)/i.test((await answer.json()).language) ? 'de' : 'en';
  await fetch(`${SUPERVISOR_API}/addons/self/options`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SUPERVISOR_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      options: { ...named, agent_language: AGENT_LANGUAGE, ...(other.length > 0 ? { other } : {}) },
    }),
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  return { AGENT_LANGUAGE };
}

const { ingress_port: port } = (await ask('/addons/self/info')) ?? {};
const settings = {
  // Where the Supervisor reaches an app that is in the host's network; Home Assistant has asked who it is before.
  HTTP_HOST: '172.30.32.1',
  HTTP_PORT: String(port ?? 0),
  HTTP_ALLOWED_HOSTS: '*',
  // Its proxy alone: without this, whoever has a route to that address could ask (https://developers.home-assistant.io/docs/add-ons/presentation#ingress).
  HTTP_ALLOWED_PEERS: '172.30.32.2',
  // The health check connects to no broker.
  ...('MQTT_URL' in options || process.argv[2] === 'health' ? {} : await broker()),
  ...('AGENT_LANGUAGE' in options || process.argv[2] === 'health' ? {} : await language()),
};
process.env = { ...settings, ...process.env, ...options };
await import(new URL('dist/infra-monitor.js', import.meta.url));
