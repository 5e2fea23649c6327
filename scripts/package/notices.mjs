import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whose code is in the bundle: the source maps name every file of which something is left. */
function bundledPackages(root) {
  const maps = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.map'),
  );
  const sources = maps.flatMap((map) => JSON.parse(readFileSync(join(root, 'dist', map), 'utf8')).sources);
  return [
    ...new Set(
      sources.flatMap(
        (source) => /.*(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(source)?.[0].replace(/^(\.\.\/)+/, '') ?? [],
      ),
    ),
  ].sort();
}

const nameOf = (author) => (typeof author === 'object' ? author.name : author);

/** The licences of all that is bundled, which ask to go with every copy. Throws where one can't be told. */
export function thirdPartyNotices(root) {
  // The terms of ours, without our copyright.
  const mit = readFileSync(join(root, 'LICENSE'), 'utf8')
    .replace(/^.*?(?=Permission is hereby granted)/s, '')
    .trim();
  const notices = bundledPackages(root).map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const texts = readdirSync(join(root, folder))
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      .map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
    const known =
      license === 'MIT' && author !== undefined
        ? [`By ${nameOf(author)}, who names the licence and gives no copy of it:`, mit]
        : [];
    const told = texts.length > 0 ? texts : known;
    if (told.length === 0)
      throw new Error(`${name} ${version} (${license}) is bundled, and has no file with its licence`);
    return [`${name} ${version} (${license})`, ...told].join('\n\n');
  });
  return `This program contains the following packages.\n\n${notices.join(`\n\n${'-'.repeat(72)}\n\n`)}\n`;
}
