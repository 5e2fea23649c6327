import { expect, test } from 'vitest';
import { bounds } from '../../src/model/bounds.ts';
import { Secret } from '../../src/model/secret.ts';
import { signLivenessAnswer } from '../../src/mqtt/liveness-answer-signature.ts';
import { LivenessAnswerer } from '../../src/mqtt/liveness-answerer.ts';
import { parseLivenessAnswer } from '../../src/mqtt/liveness-messages.ts';
import { stopClock } from '../helpers/clock.ts';
import { manualTimers } from '../helpers/timers.ts';
import { until } from '../helpers/until.ts';

const pingTopic = 'infra-monitor/nas/echo';

function scene(password?: Secret) {
  const clock = stopClock();
  const { after, pass } = manualTimers();
  const answers: string[] = [];
  const publish = async (topic: string, payload: string) => {
    expect(topic).toBe(pingTopic);
    answers.push(payload);
  };
  const answerer = new LivenessAnswerer({ pingTopic, password, publish, after });
  const turn = (milliseconds: number) => {
    clock.turn(milliseconds / 1000);
    pass(milliseconds);
  };
  return { answerer, answers, turn };
}

/** The tokens that somebody asks for in each millisecond. */
const floods: [name: string, tokens: (millisecond: number) => string[]][] = [
  ['another question in each millisecond', (now) => [`flood${now}`]],
  ['the same question all the time', () => ['flood', 'flood']],
  ['a hundred questions in turn', (now) => [`flood${now % 100}`]],
  ['questions as those of 200 agents a second', (now) => [`flood${now % 500}-${Math.floor(now / 2500)}`]],
  [
    'a thousand at once each second',
    (now) => (now % 1000 === 0 ? Array.from({ length: 1000 }, (_, of) => `${now}-${of}`) : []),
  ],
  ['two in each millisecond', (now) => [`flood${now}`, `more${now}`]],
];

test.each(floods)('beside %s, every agent that asks is answered in time', (_, flood) => {
  const { answerer, answers, turn } = scene();
  const unanswered: number[] = [];
  let read = 0;
  for (let began = 0; began < 80_000; began += 3701) {
    let isAnswered = false;
    for (let now = began; now < began + 3701; now += 1) {
      for (const token of flood(now)) answerer.receive(`who is there? ${token}`);
      const asking = now - began;
      // As findDuplicateAgent does: five times, and waits for 2.5 s.
      if (asking <= 2000 && asking % 500 === 0 && !isAnswered) answerer.receive(`who is there? agent-${began}`);
      turn(1);
      for (; read < answers.length; read += 1)
        if (asking < 2500 && parseLivenessAnswer(answers[read] ?? '', `agent-${began}`)) isAnswered = true;
    }
    if (!isAnswered) unanswered.push(began);
  }
  expect(unanswered).toEqual([]);
  const minutes = Math.ceil(80_000 / 60_000);
  expect(answers.length).toBeLessThanOrEqual(minutes * (bounds.livenessAnswers.items + 300));
});

test('of a flood that no answer has room for, any question may be answered, and the answer is short enough to be read', async () => {
  const { answerer, answers, turn } = scene();
  const token = (index: number) => `${index}-`.padEnd(64, 'x');
  for (let index = 0; index < 5300; index += 1) answerer.receive(`who is there? ${token(index)}`);
  expect(answers).toHaveLength(300);
  turn(200);
  expect(answers).toHaveLength(301);
  const answer = answers.at(-1) ?? '';
  expect(Buffer.byteLength(answer)).toBeLessThan(bounds.reportedState.bytes);
  const indices = answer
    .slice(6)
    .split(' ')
    .map((one) => Number.parseInt(one, 10));
  expect(new Set(indices).size).toBe(bounds.livenessAnswerTokens.items);
  // Each thousand has about a hundred: none has fewer than 40 once in a trillion runs.
  for (let from = 300; from < 5300; from += 1000)
    expect(indices.filter((index) => index >= from && index < from + 1000).length).toBeGreaterThan(40);
});

test('what is no question is not answered, and an answer is signed if one of its questions wants that', async () => {
  const password = new Secret('sesame');
  const { answerer, answers, turn } = scene(password);
  for (const payload of ['who is there? ', 'who is there? a b', 'is who there? a', `who is there? ${'a'.repeat(65)}`])
    answerer.receive(payload);
  for (let index = 0; index < 300; index += 1) answerer.receive('who is there? a');
  expect(new Set(answers)).toEqual(new Set(['I am: a']));
  for (const payload of ['who is there? b', 'who is there? c signed', 'who is there? b']) answerer.receive(payload);
  turn(200);
  await until('it is signed', () => answers.length === 301);
  expect(answers.at(-1)).toBe(`I am: b c signed ${await signLivenessAnswer(password, pingTopic, 'b c')}`);
});
