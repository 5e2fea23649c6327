/** Bytes of the largest message that is taken from a broker. The announcement of a machine with 500 file systems has 1.6 MB, one
 * with 1,000 disks, 1,000 file systems and 600 interfaces 8 MB, and the agent reads its own back at each start. */
export const maxMessageBytes = 16 * 1024 ** 2;

/** How deep brackets stand in brackets. */
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

/** Parses what anybody may have written. What is too large or too deep is refused before it costs memory, or the stack of whoever
 * walks through it. The words of the errors hold nothing of the text. */
export function parseBoundedJson(text: string, bounds: { bytes: number; depth: number }): unknown {
  const bytes = Buffer.byteLength(text);
  if (bytes > bounds.bytes) throw new Error(`${bytes} bytes, more than ${bounds.bytes}`);
  if (depthOf(text) > bounds.depth) throw new Error(`nested more than ${bounds.depth} deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('no JSON');
  }
}
