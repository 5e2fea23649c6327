import { expect, test } from 'vitest';
import { stage } from '../../helpers/fritzbox/stage.ts';

test('a box that hangs ends the reading soon, and one that thinks long keeps its other answers', async () => {
  const { box, read, turn } = await stage('dsl');
  box.slow.set('WLANConfiguration1#GetInfo', 60_000);
  const partly = await read();
  expect(partly).toMatchObject({
    access: 'granted',
    hint: expect.stringContaining('no answer in 5 s'),
    dsl: { isUp: true },
  });
  expect(partly?.hosts).toBe(undefined);
  turn(60);
  // The slow one is left alone for a while.
  expect((await read())?.hosts).toHaveLength(6);
  box.isHung = true;
  turn(60);
  expect(await read()).toMatchObject({ access: 'unreachable', hint: 'the box does not answer over TR-064' });
  box.isHung = false;
  box.slow.clear();
  turn(60);
  expect((await read())?.radios).toHaveLength(3);
});
