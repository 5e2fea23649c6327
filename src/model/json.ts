import type { JsonBound } from './bounds.ts';

/** Nesting depth of brackets. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    else if (quoted) index += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === ']' || character === '}') depth -= 1;
  }
  return deepest;
}

/** Parses untrusted JSON. Text that is too large or too deep is rejected before it costs memory or the stack of a
 * recursive function. Error messages contain nothing of the text. */
export function parseJsonWithin(text: string, bound: JsonBound): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > bound.bytes) throw new Error(`${bytes} bytes, more than ${bound.bytes}`);
  if (depthOf(text) > bound.depth) throw new Error(`nested more than ${bound.depth} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
}
