import { expect, test } from 'vitest';
import type { AlertMessage } from '../../src/notify/alert-tracker.ts';
import { buildNotificationRequest } from '../../src/notify/notification-request.ts';
import { agent } from '../helpers/sample-collector.ts';

const since = new Date('2026-01-02T03:04:05Z');
const trouble: AlertMessage = { kind: 'trouble', subject: 'Samsung “990”', text: 'too hot', since };
const recovery: AlertMessage = { ...trouble, kind: 'recovery', seconds: 750 };
const read = ({ url, body }: { url: string; body: string }) => ({ url, ...JSON.parse(body) });

test('ntfy: JSON to the URL above the topic', () => {
  expect(read(buildNotificationRequest('https://ntfy.sh/my-topic', 'ntfy', agent, trouble))).toEqual({
    url: 'https://ntfy.sh/',
    topic: 'my-topic',
    title: 'nas: Samsung “990”',
    message: 'too hot',
    tags: ['warning'],
    priority: 4,
  });
  expect(
    read(buildNotificationRequest('https://home.lan/ntfy/lab/', 'ntfy', { ...agent, site: 'Berlin' }, recovery)),
  ).toMatchObject({
    url: 'https://home.lan/ntfy/',
    topic: 'lab',
    title: 'nas (Berlin): Samsung “990”',
    message: 'Resolved after 13 min: too hot',
    tags: ['white_check_mark'],
    priority: 3,
  });
});

test('a webhook: one object with the text and its parts', () => {
  expect(read(buildNotificationRequest('https://example.org/hook?key=1', 'json', agent, recovery))).toEqual({
    url: 'https://example.org/hook?key=1',
    text: 'nas: Samsung “990”: Resolved after 13 min: too hot',
    kind: 'recovery',
    agent: 'nas',
    site: null,
    subject: 'Samsung “990”',
    what: 'too hot',
    since: '2026-01-02T03:04:05.000Z',
    seconds: 750,
  });
});

test('the agent as subject is named once', () =>
  expect(
    read(buildNotificationRequest('https://ntfy.sh/t', 'ntfy', agent, { ...trouble, subject: 'nas' })),
  ).toMatchObject({ title: 'nas' }));
