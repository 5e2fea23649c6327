import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bashCompletion, fishCompletion, zshCompletion } from './completions.mjs';
import { documentPaths, packDocuments } from './documents.mjs';
import { helpOf } from './help.mjs';
import { manualPage } from './manual.mjs';

/** Whom Debian's form asks for, where package.json names no author: a name that can be nobody's address (RFC 2606). */
const nobody = 'Home Lab Infra Monitor <nobody@example.invalid>';

const compressed = (text) => gzipSync(text, { level: 9 });

function put(path, content, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}

function control({ version, description, engines, homepage, author }, installed) {
  const node = /\d+\.\d+/.exec(engines.node)[0];
  return `${[
    'Package: infra-monitor',
    `Version: ${version}`,
    'Architecture: all',
    `Maintainer: ${author ?? nobody}`,
    `Installed-Size: ${installed}`,
    `Depends: nodejs (>= ${node}), systemd | systemd-standalone-sysusers | systemd-sysusers`,
    'Recommends: iputils-ping, nvme-cli, smartmontools',
    'Suggests: mosquitto',
    'Section: net',
    'Priority: optional',
    ...(homepage === undefined ? [] : [`Homepage: ${homepage}`]),
    'Description: home lab monitoring over MQTT for Home Assistant',
    ` ${description.replace(/(.{1,76})(\s|$)/g, '$1\n ').trim()}.`,
  ].join('\n')}\n`;
}

const units = ['infra-monitor.service', 'infra-monitor-drives.socket', 'infra-monitor-drives.service'];

/** The unit as the package has it: with the command that it puts on the path. */
const unit = (root, name) =>
  readFileSync(join(root, 'docs/systemd', name), 'utf8')
    .replace(/^(ExecStart=)\S+ \S+/m, '$1/usr/bin/infra-monitor')
    .replace(/^Description=.*$/m, '$&\nDocumentation=man:infra-monitor(1)');

/** What dpkg runs. At a purge the program's own files are gone, so what takes the drives' right back stands in the
 * script itself. */
function maintainerScript(root, name) {
  const commands = readFileSync(join(root, 'docs/systemd/revoke-drives.sh'), 'utf8')
    .split('\n')
    // The units are stopped by prerm.
    .filter((line) => !/^( *#|set |$)|systemctl --quiet stop/.test(line));
  return readFileSync(join(import.meta.dirname, 'debian', name), 'utf8').replace(
    '  # revoke-drives.sh',
    commands.map((line) => `  ${line}`).join('\n'),
  );
}

/** Where Debian's policy wants a document. What the program names by its path stays beside the program. */
function debianPlace(path) {
  const documents = 'usr/share/doc/infra-monitor';
  if (/^docs\/(systemd|sudoers\.d)\//.test(path)) return `usr/lib/infra-monitor/${path}`;
  const renamed = { LICENSE: 'copyright', 'CHANGELOG.md': 'NEWS.gz', '.env.example': 'examples/infra-monitor.env' };
  return `${documents}/${renamed[path] ?? path}`;
}

/** Builds infra-monitor_VERSION_all.deb of the laid out program. */
export function debianPackage({ root, about, tree, scratch, release }) {
  const folder = join(scratch, 'debian');
  const date = new Date(process.env.SOURCE_DATE_EPOCH * 1000);
  const help = helpOf(root);
  const at = (path) => join(folder, path);

  for (const name of ['dist', 'package.json'])
    cpSync(join(tree, name), at(`usr/lib/infra-monitor/${name}`), { recursive: true });
  packDocuments(root, about, new Map(documentPaths(root).map((path) => [path, debianPlace(path)])), folder);
  const main = at('usr/lib/infra-monitor/dist/infra-monitor.js');
  // Debian's own Node, not one that a person has put first on the path.
  put(main, readFileSync(main, 'utf8').replace(/^#!.*/, '#!/usr/bin/node'), 0o755);
  mkdirSync(at('usr/bin'));
  symlinkSync('../lib/infra-monitor/dist/infra-monitor.js', at('usr/bin/infra-monitor'));
  for (const name of units) put(at(`usr/lib/systemd/system/${name}`), unit(root, name));
  put(at('usr/lib/sysusers.d/infra-monitor.conf'), readFileSync(join(root, 'docs/systemd/sysusers.conf')));

  put(
    at('usr/share/man/man1/infra-monitor.1.gz'),
    compressed(manualPage(help, about, date.toISOString().slice(0, 10))),
  );
  put(at('usr/share/bash-completion/completions/infra-monitor'), bashCompletion(help));
  put(at('usr/share/zsh/vendor-completions/_infra-monitor'), zshCompletion(help));
  put(at('usr/share/fish/vendor_completions.d/infra-monitor.fish'), fishCompletion(help));

  const documents = at('usr/share/doc/infra-monitor');
  appendFileSync(
    join(documents, 'copyright'),
    '\nThe packages that are bundled, and their licences, are in THIRD-PARTY.txt.gz.\n',
  );
  put(join(documents, 'THIRD-PARTY.txt.gz'), compressed(readFileSync(join(tree, 'THIRD-PARTY.txt'))));
  const news = join(documents, 'NEWS.gz');
  put(news, compressed(readFileSync(news)));
  const entry = `infra-monitor (${about.version}) unstable; urgency=medium\n\n  * What is new is in NEWS.gz.\n\n -- ${about.author ?? nobody}  ${date.toUTCString().replace('GMT', '+0000')}\n`;
  put(join(documents, 'changelog.gz'), compressed(entry));

  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => statSync(at(name)).isFile() && name !== 'usr/bin/infra-monitor',
  );
  const installed = Math.ceil(files.reduce((sum, name) => sum + statSync(at(name)).size, 0) / 1024);
  put(at('DEBIAN/control'), control(about, installed));
  put(
    at('DEBIAN/md5sums'),
    files
      .sort()
      .map(
        (name) =>
          `${createHash('md5')
            .update(readFileSync(at(name)))
            .digest('hex')}  ${name}\n`,
      )
      .join(''),
  );
  for (const name of ['postinst', 'prerm', 'postrm']) put(at(`DEBIAN/${name}`), maintainerScript(root, name), 0o755);
  execFileSync('find', [folder, '-type', 'd', '-exec', 'chmod', '755', '{}', '+']);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', folder, release], { stdio: 'pipe' });
}
