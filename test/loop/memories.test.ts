import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { MemoryStore } from '../../src/loop/memory-store.ts';

const schema = z.object({ seen: z.array(z.string()) });
type Content = z.output<typeof schema>;

/** Remembers what it has seen, and forgets nothing. */
const collector = {
  id: 'probe',
  memory: {
    parse: (content: unknown): Content | undefined => schema.safeParse(content).data,
    merge: (ours: Content, theirs: Content): Content => ({ seen: [...new Set([...ours.seen, ...theirs.seen])].sort() }),
  },
};

function begin() {
  const memories = new MemoryStore();
  const memory = memories.forCollector(collector);
  const connect = (kept: Record<string, unknown> = {}) =>
    memories.load(
      new Map(
        Object.entries(kept).map(([path, content]) => [
          path,
          typeof content === 'string' ? content : JSON.stringify(content),
        ]),
      ),
      ['probe'],
    );
  return { memories, memory, connect };
}

test('before the first broker has told what it kept nothing is known, and nothing is kept', async () => {
  const { memory, connect } = begin();
  memory.keep('Thing 1', { seen: ['a'] });
  expect([memory.isLoaded, memory.recall('Thing 1')]).toEqual([false, undefined]);
  connect({ 'probe/thing_1': { seen: ['b'] } });
  await memory.loaded;
  expect([memory.isLoaded, memory.recall('Thing 1')]).toEqual([true, { seen: ['b'] }]);
});

test('an empty broker first, then the one with the history: both are brought together', () => {
  const { memory, connect, memories } = begin();
  connect();
  memory.keep('Thing 1', { seen: ['new'] });
  connect({ 'probe/thing_1': { seen: ['old'] }, 'probe/gone': { seen: ['gone'] } });
  expect(memory.recall('Thing 1')).toEqual({ seen: ['new', 'old'] });
  expect(Object.fromEntries(memories.contents)).toEqual({
    'probe/thing_1': { seen: ['new', 'old'] },
    'probe/gone': { seen: ['gone'] },
  });
});

test('two brokers in turn end up both whole, and what is not new leaves the same object', () => {
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

test('what is no memory is dropped and told, and takes nothing else along', () => {
  const { memories, connect } = begin();
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
    '"probe/deep": nested more than 8 deep',
    '"probe/large": 70013 bytes, more than 65536',
    '"probe/text": not JSON',
    '"probe/other": not what this collector remembers',
  ]);
  expect(connect(kept)).toEqual([]);
  expect(Object.fromEntries(memories.contents)).toEqual({ 'probe/good': { seen: ['a'] } });
  expect(memories.load(new Map([[`plain/${'\u001b'.repeat(500)}`, '{}']]), ['plain'])).toEqual([
    expect.stringMatching(/^"plain\/(\\u001b){94}": this collector remembers nothing$/),
  ]);
  expect(memories.load(new Map([['plain/x', '{}']]), ['unheard of'])).toEqual([]);
});
