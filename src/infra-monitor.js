#!/usr/bin/env node
// Copied unbundled, to run on any version of Node: an import, or syntax newer than ES2017 (except for import()), would
// end an old version with a stack trace. The program needs util.styleText (20.12, 21.7) and process.getBuiltinModule
// (20.16, 22.3, not 21).
const [major, minor] = process.versions.node.split('.').map(Number);

if ((major === 20 && minor >= 19) || (major === 22 && minor >= 3) || major > 22) {
  // biome-ignore lint/correctness/useImportExtensions: it is main.js beside the built file
  import('./main.js')
    // Also what the program loads later may fail.
    .then(({ finished }) => finished)
    .catch((error) => {
      if (error.code !== 'EMFILE') throw error;
      process.stderr.write(
        'infra-monitor cannot start: this process may open too few files. Raise the limit to 64 or more (ulimit -n, LimitNOFILE= in a systemd unit)\n',
      );
      process.exit(1);
    });
} else {
  process.stderr.write(
    `infra-monitor needs Node 20.19 or newer, except 21 and 22.0 to 22.2, but this is ${process.versions.node}. Download: https://nodejs.org/en/download\n`,
  );
  process.exitCode = 2;
}
