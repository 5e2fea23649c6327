import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bashCompletion, fishCompletion, zshCompletion } from './completions.mjs';
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
    'Recommends: iputils-ping, nvme-cli',
    'Suggests: mosquitto, smartmontools',
    'Section: net',
    'Priority: optional',
    ...(homepage === undefined ? [] : [`Homepage: ${homepage}`]),
    'Description: tells Home Assistant over MQTT how a machine is',
    ` ${description.replace(/(.{1,76})(\s|$)/g, '$1\n ').trim()}.`,
  ].join('\n')}\n`;
}

const units = ['infra-monitor.service', 'infra-monitor-drives.socket', 'infra-monitor-drives.service'];

/** The unit as the package has it: with the command that it puts on the path. */
const unit = (root, name) =>
  readFileSync(join(root, 'docs/systemd', name), 'utf8')
    .replace(/^(ExecStart=)\S+ \S+/m, '$1/usr/bin/infra-monitor')
    .replace(/^Description=.*$/m, '$&\nDocumentation=man:infra-monitor(1)');

/** What dpkg runs. At a purge the program's own files are gone, so what takes the drives' right back stands in the script itself. */
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

/** Builds infra-monitor_VERSION_all.deb of the laid out program. */
export function debianPackage({ root, about, tree, scratch, release }) {
  const folder = join(scratch, 'debian');
  const date = new Date(process.env.SOURCE_DATE_EPOCH * 1000);
  const help = helpOf(root);
  const at = (path) => join(folder, path);

  cpSync(tree, at('usr/lib/infra-monitor'), { recursive: true });
  for (const name of ['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY.txt', '.env.example'])
    rmSync(at(`usr/lib/infra-monitor/${name}`));
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
  put(
    join(documents, 'copyright'),
    `${readFileSync(join(tree, 'LICENSE'), 'utf8')}\nThe packages that are bundled, and their licences, are in THIRD-PARTY.txt.gz.\n`,
  );
  put(join(documents, 'THIRD-PARTY.txt.gz'), compressed(readFileSync(join(tree, 'THIRD-PARTY.txt'))));
  put(join(documents, 'NEWS.gz'), compressed(readFileSync(join(tree, 'CHANGELOG.md'))));
  const entry = `infra-monitor (${about.version}) unstable; urgency=medium\n\n  * What is new is in NEWS.gz.\n\n -- ${about.author ?? nobody}  ${date.toUTCString().replace('GMT', '+0000')}\n`;
  put(join(documents, 'changelog.gz'), compressed(entry));
  put(join(documents, 'README.md'), readFileSync(join(tree, 'README.md')));
  put(join(documents, 'examples/infra-monitor.env'), readFileSync(join(tree, '.env.example')));
  const texts = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.md') && !name.startsWith('decisions'),
  );
  for (const name of texts) put(join(documents, 'docs', name), readFileSync(join(root, 'docs', name)));

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
