// Prints how large the program's files are and how deep they lie, and through which files a value passes; fails where a
// limit does not hold. The hops come from the running program: test/hops.test.ts looks at the call stacks, asynchronous
// frames included, of an HTTP request, of a write to the state, and of a write to the broker's socket. Whoever calls or
// awaits these hands the value on; a function that computes something from it and gives it back to its caller is no
// hop.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../src', import.meta.url));
const maxFolderDepth = 3;
const maxLines = 200;
/** The formatter holds code to it, but not comments. */
const maxCommentWidth = 120;
/** Router and the protocols that it speaks. */
const routerFolders = ['collectors/router', 'lib/upnp', 'lib/probe'];
const maxRouterFiles = 40;

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(ts|js)$/.test(path))
  .map((path) => ({ path, lines: readFileSync(join(source, path), 'utf8').split('\n').length - 1 }))
  .sort((a, b) => a.lines - b.lines);

const wideComments = files.flatMap(({ path }) =>
  readFileSync(join(source, path), 'utf8')
    .split('\n')
    .flatMap((line, index) =>
      line.length > maxCommentWidth && /^\s*(\/\/|\/\*|\*)/.test(line) ? [`${path}:${index + 1}`] : [],
    ),
);

const quantile = (share) => files[Math.min(files.length - 1, Math.floor(share * files.length))].lines;
const depth = Math.max(...files.map(({ path }) => path.split(sep).length - 1));
const router = files.filter(({ path }) => routerFolders.some((folder) => path.startsWith(join(folder, sep))));
const longRouterFiles = router.filter(({ lines }) => lines > maxLines);
const longest = files.at(-1);

console.log(`src: ${files.length} files, ${quantile(0.5)} lines at the median, ${quantile(0.9)} at the 90th percentile, \
${longest.lines} at most (${longest.path}); folders ${depth} deep, at most ${maxFolderDepth}`);
console.log(`${routerFolders.join(', ')}: ${router.length} files, at most ${maxRouterFiles}; \
${router.at(-1).lines} lines at most (${router.at(-1).path})`);

const folder = mkdtempSync(join(tmpdir(), 'source-shape-'));
const report = join(folder, 'hops');
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'unit', '--reporter', 'dot', 'test/hops.test.ts'], {
  cwd: join(source, '..'),
  env: { ...process.env, HOPS_FILE: report },
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (status === 0)
  for (const line of readFileSync(report, 'utf8').trim().split('\n')) {
    const { what, files: hops } = JSON.parse(line);
    console.log(`${what}: ${hops.length} files\n${hops.map((path) => `  ${path}`).join('\n')}`);
  }
rmSync(folder, { recursive: true });

for (const { path, lines } of longRouterFiles) console.log(`too long: ${path}, ${lines} lines`);
for (const place of wideComments) console.log(`comment too wide: ${place}`);
if (status !== 0)
  console.log('a value passes too many files, or its way is not seen: npx vitest run test/hops.test.ts');
const hasShape =
  depth <= maxFolderDepth &&
  router.length <= maxRouterFiles &&
  longRouterFiles.length === 0 &&
  wideComments.length === 0;
process.exitCode = status === 0 && hasShape ? 0 : 1;
