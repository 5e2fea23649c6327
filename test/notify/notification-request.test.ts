import { expect, test, vi } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import type { Problem } from '../../src/model/problem.ts';
import { buildNotificationRequest, type ProblemChangeOrTest } from '../../src/notify/notification-request.ts';
import { english } from '../../src/views/language.ts';
import { agent } from '../helpers/sample-collector.ts';

vi.stubEnv('TZ', 'UTC');

const problem: Problem = {
  id: 'nvme/s4/problem',
  cause: 'S4/problem',
  place: 'device',
  path: 'nvme/s4',
  key: 'problem',
  subject: 'Samsung “990”',
  serialNumber: 'S4EV',
  severity: 'data_at_risk',
  text: 'available spare below threshold (7 %, threshold 10 %)',
  since: new Date('2026-01-02T03:04:05Z'),
  certain: true,
  remedy: 'back up and replace the drive',
};
const pool = { ...problem, id: 'storage/tank/degraded', subject: 'Pool tank', text: 'degraded since a disk is gone' };
const trouble: ProblemChangeOrTest = { kind: 'trouble', problem, consequences: [pool] };
const recovery: ProblemChangeOrTest = { kind: 'recovery', id: problem.id, problem, seconds: 750 };
const read = ({ url, body }: { url: string; body: string }) => ({ url, ...JSON.parse(body) });
const ntfy = (message: ProblemChangeOrTest, of = agent, language = english) =>
  read(buildNotificationRequest('https://ntfy.sh/my-topic', 'ntfy', of, message, language));

test('ntfy: JSON to the URL above the topic, with all that a person needs', () => {
  expect(ntfy(trouble)).toEqual({
    url: 'https://ntfy.sh/',
    topic: 'my-topic',
    title: 'nas: Samsung “990”',
    message: [
      'Available spare below threshold (7 %, threshold 10 %)',
      'Data at risk since 2 Jan 2026, 03:04 UTC',
      'Serial number: S4EV',
      'Also affected: Pool tank: degraded since a disk is gone',
      'What to do: back up and replace the drive',
    ].join('\n'),
    tags: ['rotating_light'],
    priority: 5,
  });
  expect(
    read(buildNotificationRequest('https://home.lan/ntfy/lab/', 'ntfy', { ...agent, site: 'Berlin' }, recovery)),
  ).toEqual({
    url: 'https://home.lan/ntfy/',
    topic: 'lab',
    title: 'nas (Berlin): Samsung “990”',
    message: 'Resolved after 13 min: available spare below threshold (7 %, threshold 10 %)\nSerial number: S4EV',
    tags: ['white_check_mark'],
    priority: 3,
  });
});

test('the worse, the higher the priority', () =>
  expect(
    (['data_at_risk', 'outage', 'degraded'] as const).map(
      (severity) => ntfy({ kind: 'trouble', problem: { ...problem, severity }, consequences: [] }).priority,
    ),
  ).toEqual([5, 4, 3]));

test('what became worse says so', () => {
  const worse = { ...trouble, severityBefore: 'degraded' } as const;
  expect(ntfy(worse).message).toContain(
    '\nWorse than before: data at risk instead of degraded; it began 2 Jan 2026, 03:04 UTC\n',
  );
  expect(read(buildNotificationRequest('https://example.org/hook', 'json', agent, worse))).toMatchObject({
    severity: 'data_at_risk',
    severityBefore: 'degraded',
  });
});

test('German times have an article, and every first word a capital letter', () => {
  const message = { ...trouble, problem: { ...problem, severity: 'degraded' } } as const;
  const lines = (of: ProblemChangeOrTest): string[] => ntfy(of, agent, germanNamesAndPageTexts).message.split('\n');
  expect(lines(message)[1]).toBe('Eingeschränkt seit dem 2. Januar 2026, 03:04 UTC');
  expect(lines({ ...message, severityBefore: 'notice' })[1]).toBe(
    'Schlimmer als zuvor: eingeschränkt (bisher Hinweis); Beginn: 2. Januar 2026, 03:04 UTC',
  );
});

test('many that are affected are counted', () => {
  const consequences = Array.from({ length: 9 }, (_, index) => ({
    ...pool,
    subject: `Pool ${index}`,
    text: 'faulted',
  }));
  expect(ntfy({ kind: 'trouble', problem, consequences }).message).toContain(
    'Also affected: Pool 0: faulted; Pool 1: faulted; Pool 2: faulted; Pool 3: faulted; and 5 more\n',
  );
});

test.each([
  ['does not answer', 'Does not answer'],
  ['failed', 'Failed'],
  ['http://nas.lan does not answer', 'http://nas.lan does not answer'],
  ['nas.lan does not answer', 'nas.lan does not answer'],
  ['nvme0n1: gone', 'nvme0n1: gone'],
  ['/srv is full', '/srv is full'],
  ['schreibgeschützt', 'Schreibgeschützt'],
  ['verfügbare Reserve unter 10 %', 'Verfügbare Reserve unter 10 %'],
  ['überlastet', 'Überlastet'],
])('%s begins as %s', (text, expected) =>
  expect(ntfy({ kind: 'trouble', problem: { ...problem, text }, consequences: [] }).message.split('\n')[0]).toBe(
    expected,
  ),
);

test('no duration of zero', () =>
  expect(
    [0, 59, 60].map((seconds) => ntfy({ ...recovery, seconds } as ProblemChangeOrTest).message.split(':')[0]),
  ).toEqual(['Resolved within a minute', 'Resolved within a minute', 'Resolved after 60 s']));

test('a webhook: one object with the text and its parts', () => {
  const json = (message: ProblemChangeOrTest) =>
    read(buildNotificationRequest('https://example.org/hook?key=1', 'json', { ...agent, site: 'Berlin' }, message));
  const common = {
    url: 'https://example.org/hook?key=1',
    agent: 'nas',
    site: 'Berlin',
    subject: 'Samsung “990”',
    id: 'nvme/s4/problem',
    what: 'available spare below threshold (7 %, threshold 10 %)',
    severity: 'data_at_risk',
    serialNumber: 'S4EV',
    since: '2026-01-02T03:04:05.000Z',
  };
  expect(json(trouble)).toEqual({
    ...common,
    kind: 'trouble',
    text: expect.stringMatching(/^nas \(Berlin\): Samsung “990”: Available spare .*\nData at risk since /),
    seconds: null,
    remedy: 'back up and replace the drive',
    severityBefore: null,
    alsoAffected: ['Pool tank: degraded since a disk is gone'],
  });
  expect(json(recovery)).toEqual({
    ...common,
    kind: 'recovery',
    text: expect.stringMatching(/^nas \(Berlin\): Samsung “990”: Resolved after 13 min: available spare/),
    seconds: 750,
  });
});

test('the agent as subject is named once', () =>
  expect(ntfy({ kind: 'trouble', problem: { ...problem, subject: 'nas' }, consequences: [] }).title).toBe('nas'));

test('the name of the agent is not said twice', () => {
  const titled = (subject: string) =>
    ntfy({ kind: 'trouble', problem: { ...problem, subject }, consequences: [] }).title;
  expect([titled('nas Samsung'), titled('nasty'), titled('nas')]).toEqual(['nas: Samsung', 'nas: nasty', 'nas']);
});
