/** Limit for messages from a broker. The discovery payload of a machine with 500 file systems has 1.6 MB, that of one
 * with 1,000 disks, 1,000 file systems and 600 interfaces 8 MB, and the agent reads its own payloads back at each
 * start. */
export const maxBrokerMessageBytes = 16 * 1024 ** 2;

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
export function parseJsonWithin(text: string, bounds: { bytes: number; depth: number }): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > bounds.bytes) throw new Error(`${bytes} bytes, more than ${bounds.bytes}`);
  if (depthOf(text) > bounds.depth) throw new Error(`nested more than ${bounds.depth} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
}
