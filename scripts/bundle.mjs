// How the program is bundled, whatever is made of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { build, transform } from 'esbuild';
import { esbuildBrowserText } from './browser-text.mjs';

/** These built-in modules are loaded when something of them is first used. An import would load them at once, and read
 * all that they export: with node:http all of undici (12 MB on Node 24), with node:tls every root certificate as
 * text. */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    const namespace = 'builtin';
    onResolve({ filter: /^(node:)?(crypto|http|https|tls)$/ }, ({ path }) => ({ path, namespace }));
    // As the prototype it is also asked for what esbuild copies of a module.
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => process.getBuiltinModule('${path}')[name] }));`,
    }));
  },
};

/** What packages bring along for browsers and proxies: only text in memory here. `readable-stream` is Node's own
 * module, copied. */
const replacedPackages = {
  name: 'replaced-packages',
  setup({ onResolve, onLoad }) {
    const contents = {
      'readable-stream': "module.exports = require('node:stream');",
      // Of the log: files, and other threads.
      'sonic-boom': 'module.exports = class {};',
      'thread-stream': '',
      // Of the MQTT client: timers of browsers, and connections through a SOCKS proxy, which no setting asks for.
      'worker-timers': '',
      socks: '',
    };
    const namespace = 'replaced';
    onResolve({ filter: new RegExp(`^(${Object.keys(contents).join('|')})$`) }, ({ path }) => ({ path, namespace }));
    onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: contents[path], resolveDir: import.meta.dirname }));
  },
};

/** V8 keeps the source of what it loads, with two bytes for each character if one is above U+00FF. esbuild escapes such
 * characters in strings, but not in comments, where an escape is harmless, and in regular expressions and tagged
 * templates, where it may not be. */
async function escapeToLatin1(path, text) {
  const { code } = await transform(text, { minifyWhitespace: true, legalComments: 'none', platform: 'node' });
  const found = code.match(/.{0,40}[^\0-\xff].{0,40}/)?.[0];
  if (found !== undefined) throw new Error(`${path}: replace this character above U+00FF by an escape: ${found}`);
  return text.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Unix time for reproducible builds: https://reproducible-builds.org/specs/source-date-epoch/ */
function buildDate() {
  const { SOURCE_DATE_EPOCH: epoch } = process.env;
  return epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);
}

/** Bundles the entry points, with these options of esbuild, and writes the files. */
export async function bundle({ define = {}, plugins = [], ...options }) {
  const { outputFiles } = await build({
    bundle: true,
    platform: 'node',
    write: false,
    // V8 keeps the text that it loads. Names stay, for stack traces; a line is short enough to be printed with an
    // error.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 200,
    logLevel: 'warning',
    plugins: [...plugins, lazyBuiltins, replacedPackages, esbuildBrowserText],
    define: { BUILT_AT: JSON.stringify(buildDate().toISOString()), ...define },
    ...options,
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, path.endsWith('.js') ? await escapeToLatin1(path, text) : text);
  }
}
