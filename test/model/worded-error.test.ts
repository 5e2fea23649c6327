import { expect, test } from 'vitest';
import { describeError } from '../../src/model/errors.ts';
import { registerSecret } from '../../src/model/secret.ts';
import { textOfWording } from '../../src/model/translation.ts';
import { WordedError, wordingOfError } from '../../src/model/worded-error.ts';

const texts = { mountClosed: (mount: string) => `${mount} ist gesperrt` };
registerSecret('sesame-of-ali');

test('an error in words of ours tells no secret, in any language', () => {
  const error = new WordedError(({ mountClosed } = { mountClosed: (mount: string) => `${mount} is closed` }) =>
    mountClosed('//ali:sesame-of-ali@cave'),
  );
  expect(describeError(error)).toBe('//ali:***@cave is closed');
  for (const wording of [error.wording, wordingOfError(error)]) {
    expect(textOfWording(wording)).toBe('//ali:***@cave is closed');
    expect(textOfWording(wording, texts)).toBe('//ali:***@cave ist gesperrt');
  }
});

test('what is the same in every language stays so, without secrets', () =>
  expect(new WordedError('mount: sesame-of-ali').wording).toBe('mount: ***'));
