#!/usr/bin/env node
// Built as it stands, for whatever Node a machine has: an import, or syntax younger than ES2017 (but for import()), would end
// an old one with a stack trace. The program needs util.styleText (20.12, 21.7) and process.getBuiltinModule (20.16, 22.3, not 21).
const [major, minor] = process.versions.node.split('.').map(Number);

if ((major === 20 && minor >= 19) || (major === 22 && minor >= 3) || major > 22) {
  // biome-ignore lint/correctness/useImportExtensions: it is main.js beside the built file
  void import('./main.js');
} else {
  process.stderr.write(
    `infra-monitor needs Node 20.19 or newer (of 22: 22.3; not 21), this is ${process.versions.node}; get a newer one from https://nodejs.org/en/download\n`,
  );
  process.exitCode = 2;
}
