/** Strings, or whole numbers of more digits than a double holds. */
const jsonToken = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gs;

/** Big numbers become texts, so that no digit is lost; control characters, which nvme-cli 1.x leaves in strings, become blanks. */
const quoteBigNumbers = (text: string) =>
  text.replace(jsonToken, (found) =>
    found.startsWith('"') ? [...found].map((letter) => (letter < ' ' ? ' ' : letter)).join('') : `"${found}"`,
  );

/** What a person can make something of. */
export const excerptOfOutput = (text: string): string =>
  JSON.stringify(text.trim().replaceAll(/\s+/g, ' ').slice(0, 120));

/** The JSON in a command's answer, wherever it begins: some versions print a dump before it. Throws and shows what was seen. */
export function parseJsonOutput(text: string): unknown {
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1;
  for (const { index } of text.matchAll(/^\s*[{[]/gm)) {
    try {
      return JSON.parse(quoteBigNumbers(text.slice(index, end).trimStart()));
    } catch {
      // Perhaps it begins further on.
    }
  }
  throw new Error(text.trim() === '' ? 'answered nothing' : `answered no JSON: ${excerptOfOutput(text)}`);
}
