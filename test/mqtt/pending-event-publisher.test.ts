import { expect, test } from 'vitest';
import type { PendingEvent } from '../../src/model/event.ts';
import { PendingEventPublisher } from '../../src/mqtt/pending-event-publisher.ts';
import { PacketTooLargeError, PublishRefusedError, UnacknowledgedMessageError } from '../../src/mqtt/publish-error.ts';
import { keptLog } from '../helpers/conversation.ts';
import { agent } from '../helpers/sample-collector.ts';
import { manualTimers } from '../helpers/timers.ts';

const pending = (type: string): PendingEvent => ({
  address: { collector: 'probe', device: 'thing_1' },
  event: { type, at: new Date('2026-01-02T03:04:05Z') },
});
const topic = 'infra-monitor/nas/probe/thing_1/event';

/** A queue of events, and a broker that answers each as `answer` says. */
function queue(...types: string[]) {
  const { after, pass } = manualTimers();
  const { log, lines } = keptLog();
  const state = { pendingEvents: types.map(pending) };
  const seen: string[] = [];
  const world = { canBeHeard: true, answer: async (_type: string) => ({ hasSubscribers: true }) };
  const events = new PendingEventPublisher({
    agent,
    log,
    state,
    canBeHeard: () => world.canBeHeard,
    publish(to, payload) {
      const type: string = JSON.parse(payload).event_type;
      seen.push(type);
      expect(to).toBe(topic);
      return world.answer(type);
    },
    eventDelivered(event) {
      state.pendingEvents = state.pendingEvents.filter((one) => one !== event);
    },
    accepted: (to) => seen.push(`accepted ${to === topic}`),
    rejected: (to, error) => seen.push(`rejected ${to === topic} ${error instanceof Error && error.message}`),
    after,
  });
  const left = () => state.pendingEvents.map(({ event }) => event.type);
  return { events, state, world, pass, lines, left, seen: () => seen.splice(0) };
}

test('events are published one after the other, the oldest first, and are delivered then', async () => {
  const { events, world, left, seen } = queue('one', 'two');
  let answerFirst = () => {};
  world.answer = (type) =>
    type === 'two'
      ? Promise.resolve({ hasSubscribers: true })
      : new Promise((resolve) => {
          answerFirst = () => resolve({ hasSubscribers: true });
        });
  const delivering = events.deliver();
  await events.deliver();
  expect([seen(), left()]).toEqual([['one'], ['one', 'two']]);
  answerFirst();
  await delivering;
  expect([seen(), left()]).toEqual([['accepted true', 'two', 'accepted true'], []]);
  await events.deliver();
  expect(seen()).toEqual([]);
});

test('an event that happens while another is published is published right after it', async () => {
  const { events, state, world, left, seen } = queue('one');
  world.answer = async (type) => {
    if (type === 'one') state.pendingEvents.push(pending('two'));
    return { hasSubscribers: true };
  };
  await events.deliver();
  expect([seen(), left()]).toEqual([['one', 'accepted true', 'two', 'accepted true'], []]);
});

test('while nobody can hear, nothing is published', async () => {
  const { events, world, left, seen } = queue('one');
  world.canBeHeard = false;
  await events.deliver();
  expect([seen(), left()]).toEqual([[], ['one']]);
  world.canBeHeard = true;
  await events.deliver();
  expect(left()).toEqual([]);
});

test.each(['no subscribers', 'Home Assistant goes offline'])(
  '%s: the event stays pending, and those after it wait',
  async (why) => {
    const { events, world, left, seen } = queue('one', 'two');
    world.answer = async () => {
      world.canBeHeard = why === 'no subscribers';
      return { hasSubscribers: why !== 'no subscribers' };
    };
    await events.deliver();
    expect([seen(), left()]).toEqual([
      ['one', 'accepted true'],
      ['one', 'two'],
    ]);
    world.canBeHeard = true;
    world.answer = async () => ({ hasSubscribers: true });
    await events.deliver();
    expect(left()).toEqual([]);
  },
);

test.each([
  [new PacketTooLargeError(10, { accepted: 5 }), 'packet too large (0x95)'],
  [new UnacknowledgedMessageError(10), 'no acknowledgement for 10 bytes'],
])('an event that is lost (%s) is logged and holds up no other', async (error, text) => {
  const { events, world, left, lines, seen } = queue('one', 'two');
  world.answer = async (type) => {
    if (type === 'one') throw error;
    return { hasSubscribers: true };
  };
  await events.deliver();
  expect([seen(), left()]).toEqual([['one', 'two', 'accepted true'], []]);
  expect(lines).toEqual([expect.stringContaining(`MQTT: event lost: the broker refuses ${topic}: ${text}`)]);
});

test('a refused event is published again after growing pauses, and those after it wait', async () => {
  const { events, world, pass, left, seen } = queue('one', 'two');
  let refusals = 3;
  world.answer = async () => {
    refusals -= 1;
    if (refusals >= 0) throw new PublishRefusedError(0x97, 10);
    return { hasSubscribers: true };
  };
  await events.deliver();
  const refused = ['one', 'rejected true quota exceeded (0x97)'];
  expect(seen()).toEqual(refused);
  await events.deliver();
  expect(seen(), 'a pause is kept').toEqual([]);
  for (const milliseconds of [5000, 10_000]) {
    pass(milliseconds - 1);
    expect(seen()).toEqual([]);
    pass(1);
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen()).toEqual(refused);
  }
  pass(20_000);
  await new Promise((resolve) => setImmediate(resolve));
  expect([seen(), left()]).toEqual([['one', 'accepted true', 'two', 'accepted true'], []]);
  // The next refusal begins with the shortest pause.
  const again = queue('three');
  again.world.answer = () => Promise.reject(new PublishRefusedError(0x97, 10));
  await again.events.deliver();
  again.pass(5000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(again.seen()).toEqual(['three', refused[1], 'three', refused[1]]);
});

test('an accepted event ends the growth of the pauses', async () => {
  const { events, state, world, pass, seen } = queue('one');
  const answers = ['refused', 'accepted', 'refused', 'accepted'];
  world.answer = async () => {
    if (answers.shift() === 'refused') throw new PublishRefusedError(0x97, 10);
    return { hasSubscribers: true };
  };
  await events.deliver();
  pass(5000);
  await new Promise((resolve) => setImmediate(resolve));
  state.pendingEvents.push(pending('two'));
  await events.deliver();
  seen();
  pass(5000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen()).toEqual(['two', 'accepted true']);
});

test('a connection that ends: the event stays pending, nothing is rejected, and nothing is published any more', async () => {
  const { events, world, pass, left, seen } = queue('one', 'two');
  world.answer = () => Promise.reject(new Error('the connection ended'));
  await events.deliver();
  expect([seen(), left()]).toEqual([['one'], ['one', 'two']]);
  world.answer = () => Promise.reject(new PublishRefusedError(0x97, 10));
  await events.deliver();
  events.end();
  seen();
  pass(60_000);
  await events.deliver();
  expect([seen(), left()]).toEqual([[], ['one', 'two']]);
});

test('an event that is refused when the queue has ended is not published again', async () => {
  const { events, world, pass, seen } = queue('one');
  world.answer = async () => {
    events.end();
    throw new PublishRefusedError(0x97, 10);
  };
  await events.deliver();
  pass(60_000);
  expect(seen()).toEqual(['one']);
});
