import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, '');

/** The anchors of a document's headings, as GitHub makes them. */
const anchorsOf = (file: string): string[] =>
  [...withoutCode(readFileSync(file, 'utf8')).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );

/** The relative links of documents in a folder that lead to no file there, or to no heading of it, each with its
 * document. */
export function deadLinks(folder: string, documents: readonly string[]): string[] {
  return documents.flatMap((name) => {
    const path = join(folder, name);
    return [...withoutCode(readFileSync(path, 'utf8')).matchAll(/\]\(([^\s()]+)\)/g)].flatMap(([, link = '']) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      const isAlive = existsSync(target) && (anchor === undefined || anchorsOf(target).includes(anchor));
      return isAlive ? [] : [`${name}: ${link}`];
    });
  });
}
