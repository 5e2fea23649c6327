// Starts the agent as an app of Home Assistant: options, and what the Supervisor knows, become its environment.
// With the argument `health`, it asks the running agent, which the container's health check does.
import { readFileSync } from 'node:fs';

const { SUPERVISOR_API = 'http://supervisor', SUPERVISOR_TOKEN, OPTIONS_FILE = '/data/options.json' } = process.env;
// The agent runs other programs, which have no need of it.
delete process.env.SUPERVISOR_TOKEN;

/** What the Supervisor answers; undefined if that is an error or no JSON, or does not come within ten seconds. */
async function ask(path, { headers, ...options } = {}) {
  try {
    const answer = await fetch(`${SUPERVISOR_API}${path}`, {
      ...options,
      headers: { ...headers, authorization: `Bearer ${SUPERVISOR_TOKEN}` },
      signal: AbortSignal.timeout(10_000),
    });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

const { other = [], ...named } = JSON.parse(readFileSync(OPTIONS_FILE, 'utf8'));
const options = Object.fromEntries([
  ...Object.entries(named).map(([name, value]) => [name.toUpperCase(), String(value)]),
  ...other.map(({ name, value }) => [name, value]),
]);

/** The broker that Home Assistant's own MQTT app is. */
async function broker() {
  const { host, port, ssl, username, password } = (await ask('/services/mqtt'))?.data ?? {};
  if (typeof host !== 'string') {
    process.stderr.write(
      'The Supervisor names no MQTT broker: install the Mosquitto app, or set mqtt_url in the options of this app\n',
    );
    process.exit(2);
  }
  return {
    MQTT_URL: `${ssl ? 'mqtts' : 'mqtt'}://${host}:${port}`,
    ...(username ? { MQTT_USERNAME: username, MQTT_PASSWORD: password } : {}),
  };
}

/** The language of Home Assistant becomes the option of an app that has none, and is the user's from then on. */
async function language() {
  const known = (await ask('/core/api/config'))?.language;
  if (typeof known !== 'string') return {};
  const AGENT_LANGUAGE = /^de(-|$)/i.test(known) ? 'de' : 'en';
  await ask('/addons/self/options', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      options: { ...named, agent_language: AGENT_LANGUAGE, ...(other.length > 0 ? { other } : {}) },
    }),
  });
  return { AGENT_LANGUAGE };
}

const port = (await ask('/addons/self/info'))?.data?.ingress_port;
const settings = {
  // Where the Supervisor reaches an app that is in the host's network; Home Assistant has asked who it is before.
  HTTP_HOST: '172.30.32.1',
  HTTP_PORT: Number.isInteger(port) ? String(port) : '0',
  HTTP_ALLOWED_HOSTS: '*',
  // Its proxy alone: without this, whoever has a route to that address could ask (https://developers.home-assistant.io/docs/add-ons/presentation#ingress).
  HTTP_ALLOWED_PEERS: '172.30.32.2',
  // The health check connects to no broker.
  ...('MQTT_URL' in options || process.argv[2] === 'health' ? {} : await broker()),
  ...('AGENT_LANGUAGE' in options || process.argv[2] === 'health' ? {} : await language()),
};
process.env = { ...settings, ...process.env, ...options };
await import(new URL('dist/infra-monitor.js', import.meta.url));
