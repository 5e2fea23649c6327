import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { DeviceMemoryStore } from '../../src/loop/device-memory-store.ts';
import { stopClock } from '../helpers/clock.ts';

const schema = z.object({ seen: z.array(z.string()) });
type Content = z.output<typeof schema>;

/** A collector whose memory is everything that it has seen. */
const collector = {
  id: 'probe',
  memory: {
    parse: (content: unknown): Content | undefined => schema.safeParse(content).data,
    merge: (ours: Content, theirs: Content): Content => ({ seen: [...new Set([...ours.seen, ...theirs.seen])].sort() }),
  },
};

function begin() {
  const memories = new DeviceMemoryStore();
  const memory = memories.forCollector(collector);
  const connect = (kept: Record<string, unknown> = {}, isComplete = true) =>
    memories.load(
      new Map(
        Object.entries(kept).map(([path, content]) => [
          path,
          typeof content === 'string' ? content : JSON.stringify(content),
        ]),
      ),
      ['probe'],
      isComplete,
    );
  const contents = () => Object.fromEntries([...memories.contents].map(([key, { content }]) => [key, content]));
  return { memories, memory, connect, contents };
}

test('before the memory of the first broker is loaded, nothing is recalled and nothing is stored', async () => {
  const { memory, connect } = begin();
  memory.keep('Thing 1', { seen: ['a'] });
  expect([memory.isLoaded('Thing 1'), memory.recall('Thing 1')]).toEqual([false, undefined]);
  connect({ 'probe/thing_1': { seen: ['b'] } });
  await memory.ready;
  expect([memory.isLoaded('Thing 1'), memory.recall('Thing 1')]).toEqual([true, { seen: ['b'] }]);
});

test('while more memories are expected, nothing is stored for a device whose memory has not arrived', () => {
  const { memory, connect } = begin();
  connect({ 'probe/thing_1': { seen: ['a'] } }, false);
  memory.keep('Thing 1', { seen: ['a', 'b'] });
  memory.keep('Thing 2', { seen: ['new'] });
  expect(['Thing 1', 'Thing 2'].map((device) => [memory.isLoaded(device), memory.recall(device)])).toEqual([
    [true, { seen: ['a', 'b'] }],
    [false, undefined],
  ]);
  connect({ 'probe/thing_2': { seen: ['old'] } }, false);
  expect(memory.recall('Thing 2')).toEqual({ seen: ['old'] });
  connect({}, true);
  expect(memory.isLoaded('Thing 3')).toBe(true);
});

test('an empty broker first, then one with a history: both are merged', () => {
  const { memory, connect, contents } = begin();
  connect();
  memory.keep('Thing 1', { seen: ['new'] });
  connect({ 'probe/thing_1': { seen: ['old'] }, 'probe/gone': { seen: ['gone'] } });
  expect(memory.recall('Thing 1')).toEqual({ seen: ['new', 'old'] });
  expect(contents()).toEqual({
    'probe/thing_1': { seen: ['new', 'old'] },
    'probe/gone': { seen: ['gone'] },
  });
});

test('two brokers in turn both end up complete, and a merge without news keeps the same object', () => {
  const { memory, connect } = begin();
  const brokers = [{ 'probe/thing_1': { seen: ['a'] } }, { 'probe/thing_1': { seen: ['b'] } }];
  for (let turn = 0; turn < 6; turn += 1) {
    const broker = brokers[turn % 2] ?? brokers[0];
    connect(broker);
    Object.assign(broker ?? {}, { 'probe/thing_1': memory.recall('Thing 1') });
  }
  expect(brokers).toEqual([{ 'probe/thing_1': { seen: ['a', 'b'] } }, { 'probe/thing_1': { seen: ['a', 'b'] } }]);
  const before = memory.recall('Thing 1');
  connect(brokers[0]);
  expect(memory.recall('Thing 1')).toBe(before);
});

test('what is retained of a device that nobody reads stays the text that it was, and loses nothing once it is read', () => {
  const { memories, memory, connect } = begin();
  const text = '{ "seen": ["a"], "more": 1 }';
  const payload = (device: string) => memories.contents.get(`probe/${device}`)?.payload;
  connect({ 'probe/gone': text, 'probe/thing_1': text, 'probe/thing_2': text });
  memory.keep('Thing 1', { seen: ['a', 'b'] });
  expect(memory.recall('Thing 2')).toEqual({ seen: ['a'] });
  expect(['gone', 'thing_1', 'thing_2'].map(payload)).toEqual([text, '{"seen":["a","b"]}', text]);
  connect({ 'probe/gone': { seen: ['c'] }, 'probe/thing_2': { seen: ['c'] } });
  expect(['gone', 'thing_2'].map(payload)).toEqual(Array(2).fill('{"seen":["a","c"]}'));
});

test('invalid memories are rejected and reported, and the others are loaded', () => {
  const { memories, connect, contents } = begin();
  const plain = { id: 'plain' };
  memories.forCollector(plain);
  const kept = {
    'probe/deep': '['.repeat(10_000) + ']'.repeat(10_000),
    'probe/large': JSON.stringify({ seen: ['x'.repeat(70_000)] }),
    'probe/text': 'not\njson',
    'probe/other': { version: 2 },
    'probe/good': { seen: ['a'], more: { nested: true } },
  };
  expect(connect(kept)).toEqual([
    '"probe/deep": nested more than 8 levels deep',
    '"probe/large": more than 65536 bytes',
    '"probe/text": not JSON',
    '"probe/other": not in the format of this collector',
  ]);
  expect(connect(kept)).toEqual([]);
  expect(contents()).toEqual({ 'probe/good': { seen: ['a'] } });
  expect(memories.load(new Map([[`plain/${'\u001b'.repeat(500)}`, '{}']]), ['plain'])).toEqual([
    expect.stringMatching(/^"plain\/(\\u001b){94}": this collector has no memory$/),
  ]);
  expect(memories.load(new Map([['plain/x', '{}']]), ['unheard of'])).toEqual([]);
});

test('a reading waits for the memory for two seconds, once, and without rules for it not at all', async () => {
  const clock = stopClock();
  const { memory, memories } = begin();
  let isReady = false;
  void memory.ready.then(() => {
    isReady = true;
  });
  await clock.waits(2);
  clock.turn(1.9);
  await memories.forCollector({ id: 'plain' }).ready;
  expect(isReady).toBe(false);
  clock.turn(0.1);
  await memory.ready;
  memory.keep('Thing 1', { seen: ['a'] });
  expect([memory.isLoaded('Thing 1'), memory.recall('Thing 1'), clock.pauses()]).toEqual([false, undefined, 0]);
});

test('a listener hears of what is there, of what a broker adds, and of nothing else; the newest one hears', () => {
  const { memory, connect } = begin();
  const heard: unknown[] = [];
  memory.onLoad('Thing 1', (content) => heard.push(content));
  connect({ 'probe/thing_1': { seen: ['a'] }, 'probe/thing_2': { seen: ['x'] } });
  connect({ 'probe/thing_1': { seen: ['a'] } });
  memory.keep('Thing 1', { seen: ['a', 'b'] });
  expect(heard).toEqual([{ seen: ['a'] }]);
  const newest: unknown[] = [];
  memory.onLoad('Thing 1', (content) => newest.push(content));
  connect({ 'probe/thing_1': { seen: ['c'] } });
  expect([heard.length, newest]).toEqual([1, [{ seen: ['a', 'b'] }, { seen: ['a', 'b', 'c'] }]]);
});
