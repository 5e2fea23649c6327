import type { JsonBound } from './bounds.ts';

const quote = 0x22;
const backslash = 0x5c;
/** Without the bit in which square brackets differ from curly ones. */
const openingBracket = 0x5b;
const closingBracket = 0x5d;
const curlyBit = 0x20;

/** Nesting depth of brackets. Announcements have megabytes. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) quoted = !quoted;
    else if (quoted) index += code === backslash ? 1 : 0;
    else if ((code & ~curlyBit) === openingBracket) {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if ((code & ~curlyBit) === closingBracket) depth -= 1;
  }
  return deepest;
}

/** Parses untrusted JSON. Text that is too large or too deep is rejected before it costs memory or the stack of a
 * recursive function. Error messages contain nothing of the text. */
export function parseJsonWithin(text: string, bound: JsonBound): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > bound.bytes) throw new Error(`more than ${bound.bytes} bytes`);
  if (depthOf(text) > bound.depth) throw new Error(`nested more than ${bound.depth} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
}
