import { isDeepStrictEqual } from 'node:util';

/** Whether a value is as expected: equal, or so for a function; of an array, one of its values, unless the value is
 * itself an array. */
function isAsExpected(value, expected) {
  if (typeof expected === 'function') return expected(value) === true;
  if (Array.isArray(expected) && !Array.isArray(value)) return expected.includes(value);
  return isDeepStrictEqual(value, expected);
}

/** Compares readings, each `[name, values, expected]`, and resolves with how many values there were and what is
 * wrong. */
export function judge(readings) {
  const values = readings.flatMap(([name, actual, expected]) =>
    Object.entries(expected).map(([key, wanted]) => ({
      isRight: isAsExpected(actual[key], wanted),
      text: `${name}: ${key} is ${JSON.stringify(actual[key])}, not ${typeof wanted === 'function' ? wanted : JSON.stringify(wanted)}`,
    })),
  );
  const wrong = values.filter(({ isRight }) => !isRight).map(({ text }) => text);
  return { count: values.length, wrong };
}
