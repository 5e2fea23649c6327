import { expect, test } from 'vitest';
import { describeError } from '../../src/model/errors.ts';
import { registerSecret } from '../../src/model/secret.ts';
import { TranslatableError, translatableTextOfError } from '../../src/model/translatable-error.ts';
import { renderTranslatableText } from '../../src/model/translation.ts';

const texts = { mountClosed: (mount: string) => `${mount} ist gesperrt` };
registerSecret('sesame-of-ali');

test('an error in words of ours tells no secret, in any language', () => {
  const error = new TranslatableError(({ mountClosed } = { mountClosed: (mount: string) => `${mount} is closed` }) =>
    mountClosed('//ali:sesame-of-ali@cave'),
  );
  expect(describeError(error)).toBe('//ali:***@cave is closed');
  for (const wording of [error.wording, translatableTextOfError(error)]) {
    expect(renderTranslatableText(wording)).toBe('//ali:***@cave is closed');
    expect(renderTranslatableText(wording, texts)).toBe('//ali:***@cave ist gesperrt');
  }
});

test('what is the same in every language stays so, without secrets', () =>
  expect(new TranslatableError('mount: sesame-of-ali').wording).toBe('mount: ***'));
