import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** Pages, and the files that they show as examples; what is about the program's source stays in the repository. */
const packed = ['.env.example', 'LICENSE', 'CHANGELOG.md', 'README.md', 'docs'];
const unpacked = /^docs\/(decisions|diagrams|images)\//;

/** The documents that a package has, as paths in the repository. */
export const documentPaths = (root) =>
  packed
    .flatMap((path) =>
      statSync(join(root, path)).isFile()
        ? [path]
        : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
            .map((name) => posix.join(path, name))
            .filter((name) => statSync(join(root, name)).isFile()),
    )
    .filter((path) => !unpacked.test(path))
    .sort();

/** A Markdown document as a package has it: without pictures, and with links to files of the package only. `places`:
 * where the package has each file of the repository. What else is linked is in the repository: at its address if it has
 * one, otherwise it is only said. */
export function packedText(text, path, places, { homepage, version }) {
  const link = (whole, label, target) => {
    const [file, anchor] = target.split('#');
    if (file === '' || /^[a-z]+:/.test(file)) return whole;
    const source = posix.join(posix.dirname(path), file);
    const place = places.get(source);
    const end = anchor === undefined ? '' : `#${anchor}`;
    if (place !== undefined) return `[${label}](${posix.relative(posix.dirname(places.get(path)), place)}${end})`;
    return homepage === undefined
      ? `${label} (in the repository)`
      : `[${label}](${homepage}/blob/v${version}/${source}${end})`;
  };
  return text.replaceAll(/^!\[.*\n\n?/gm, '').replaceAll(/\[([^[\]]+)\]\(([^\s()]+)\)/g, link);
}

/** Copies the documents to their places in the folder. */
export function packDocuments(root, about, places, folder) {
  for (const [path, place] of places) {
    const file = join(folder, place);
    mkdirSync(dirname(file), { recursive: true });
    cpSync(join(root, path), file);
    if (path.endsWith('.md'))
      writeFileSync(file, packedText(readFileSync(join(root, path), 'utf8'), path, places, about));
  }
}
