import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startAgent } from '../../helpers/agent.ts';
import { authority } from '../../helpers/certificates.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { until } from '../../helpers/until.ts';

/** Certificates for a broker of this name and for a client, and the folder they are in. */
function certificates(serverName: string): string {
  const { folder, issue } = authority();
  issue('server', serverName);
  issue('client', 'DNS:agent');
  return folder;
}

async function guarded(folder: string, ...lines: string[]) {
  const files = Object.fromEntries(
    ['ca.pem', 'server.pem', 'server.key'].map((name) => [name, readFileSync(join(folder, name))]),
  );
  const { port } = await startMosquitto(
    [
      'allow_anonymous true',
      'cafile FOLDER/ca.pem',
      'certfile FOLDER/server.pem',
      'keyfile FOLDER/server.key',
      ...lines,
    ],
    files,
  );
  return `mqtts://127.0.0.1:${port}`;
}

const says = (agent: { output(): string }, text: string | RegExp) =>
  until(String(text), () => (typeof text === 'string' ? agent.output().includes(text) : text.test(agent.output())));

test('an authority of one’s own', async () => {
  const folder = certificates('IP:127.0.0.1');
  const MQTT_URL = await guarded(folder);
  await says(startAgent({ MQTT_URL, MQTT_CA_FILE: join(folder, 'ca.pem') }), 'MQTT: connected to mqtts://');
  await says(startAgent({ MQTT_URL, AGENT_NAME: 'other' }), 'set MQTT_CA_FILE to the broker’s CA certificate');
});

test('a certificate for another name is refused', async () => {
  const folder = certificates('DNS:elsewhere');
  const MQTT_URL = await guarded(folder);
  const agent = startAgent({ MQTT_URL, MQTT_CA_FILE: join(folder, 'ca.pem') });
  await says(agent, /MQTT: .*127.0.0.1.*altnames.*the host in MQTT_URL must match the broker’s certificate/);
  expect(agent.output()).not.toContain('MQTT: connected');
});

test('a broker that wants our certificate gets it', async () => {
  const folder = certificates('IP:127.0.0.1');
  const MQTT_URL = await guarded(folder, 'require_certificate true');
  const settings = { MQTT_URL, MQTT_CA_FILE: join(folder, 'ca.pem') };
  await says(
    startAgent({ ...settings, MQTT_CERT_FILE: join(folder, 'client.pem'), MQTT_KEY_FILE: join(folder, 'client.key') }),
    'MQTT: connected',
  );
  await says(
    startAgent({ ...settings, AGENT_NAME: 'other' }),
    /error MQTT: mqtts:.*if the broker requires a client certificate, set MQTT_CERT_FILE and MQTT_KEY_FILE/,
  );
});

test('a certificate that is wanted and not there is named over TLS 1.2 too', async () => {
  const folder = certificates('IP:127.0.0.1');
  const MQTT_URL = await guarded(folder, 'require_certificate true', 'tls_version tlsv1.2');
  await says(
    startAgent({ MQTT_URL, MQTT_CA_FILE: join(folder, 'ca.pem') }),
    /error MQTT: mqtts:.*MQTT_CERT_FILE and MQTT_KEY_FILE/,
  );
});

test('a certificate and key that do not belong together are named', async () => {
  const folder = certificates('IP:127.0.0.1');
  const file = (name: string) => join(folder, name);
  await says(
    startAgent({
      MQTT_URL: 'mqtts://127.0.0.1:1',
      MQTT_CERT_FILE: file('client.pem'),
      MQTT_KEY_FILE: file('server.key'),
    }),
    'MQTT_KEY_FILE is not the key of MQTT_CERT_FILE',
  );
  await says(
    startAgent({
      MQTT_URL: 'mqtts://127.0.0.1:1',
      MQTT_CERT_FILE: file('client.csr'),
      MQTT_KEY_FILE: file('client.key'),
    }),
    'MQTT_CERT_FILE and MQTT_KEY_FILE must be PEM files',
  );
});

test('authorities that are not in PEM are named', async () => {
  const file = join(certificates('IP:127.0.0.1'), 'ca.der');
  writeFileSync(file, Buffer.from([0x30, 0x82, 0x03, 0x0f]));
  const agent = startAgent({ MQTT_URL: 'mqtts://127.0.0.1:1', MQTT_CA_FILE: file });
  await says(agent, `MQTT_CA_FILE: ${file} must be a PEM file`);
});

test('a file that is not there is named', async () => {
  const agent = startAgent({ MQTT_URL: 'mqtts://127.0.0.1:1', MQTT_CA_FILE: '/nowhere/ca.pem' });
  await says(agent, /error MQTT: MQTT_CA_FILE: ENOENT.*\/nowhere\/ca.pem/);
});
