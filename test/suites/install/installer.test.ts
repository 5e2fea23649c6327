import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documented } from './documents.ts';
import { buildRelease } from './release.ts';

// In a copy of this machine that is gone afterwards: its root with a layer in memory above it, without systemd and apt.

let scratch: string;

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'infra-monitor-installer-'));
  await buildRelease(join(scratch, 'release'), { single: true });
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** What the commands print, and whether they end well. `release` is the folder of the release. */
async function inCopy(commands: string): Promise<string> {
  const prepare = `
    mount -t tmpfs none "$1"
    mkdir "$1/upper" "$1/work" "$1/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
    mount --rbind /dev "$1/root/dev"
    mount -t proc proc "$1/root/proc"
    mount -t tmpfs none "$1/root/run"
    mount -t tmpfs none "$1/root/tmp"
    mkdir "$1/root/tmp/release"
    mount --bind "$2/release" "$1/root/tmp/release"
    exec chroot "$1/root" bash -c "$3"`;
  const setUp = `
    PATH=/tmp/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
    release=/tmp/release
    mkdir /tmp/bin /tmp/node
    ln -s ${process.execPath} /tmp/bin/node
    rm -rf /usr/bin/apt-get /opt/infra-monitor /usr/local/bin/infra-monitor /etc/infra-monitor.env
    cd /`;
  const mountPoint = mkdtempSync(join(scratch, 'copy-'));
  const words = [
    '--mount',
    '--net',
    '--pid',
    '--fork',
    'sh',
    '-euc',
    prepare,
    'sh',
    mountPoint,
    scratch,
    setUp + commands,
  ];
  const { all } = await execa('unshare', words, {
    all: true,
    reject: false,
    env: { PATH: process.env.PATH ?? '' },
    extendEnv: false,
  });
  return all;
}

const withoutNode = 'rm -f /tmp/bin/node /usr/bin/node /usr/bin/nodejs /usr/local/bin/node';
const nothingThere =
  'ls -d /opt/infra-monitor /opt/infra-monitor.* /usr/local/bin/infra-monitor /etc/infra-monitor.env 2>/dev/null || echo nothing';

test('a folder with the Node that is there, again over it, and gone', async () => {
  const output = await inCopy(`
    sh $release/install.sh && infra-monitor --version && stat -c '%a %U' /etc/infra-monitor.env
    echo SITE=Berlin >/etc/infra-monitor.env
    sh $release/install.sh && cat /etc/infra-monitor.env && ls -d /opt/infra-monitor /opt/infra-monitor.*
    infra-monitor uninstall && ${nothingThere}`);
  expect(output).toMatch(/is installed\.\nTo set it up: sudo infra-monitor setup\n\S+\n600 root\n/);
  expect(output).toMatch(/SITE=Berlin\n.*No such file.*\n\/opt\/infra-monitor\n/);
  expect(output).toMatch(/infra-monitor has been removed\n.*\nnothing$/);
});

test('files of other people in the folder stay, when it is brought up to date and when it goes', async () => {
  const output = await inCopy(`
    mkdir -p /opt/infra-monitor/docs && echo mine >/opt/infra-monitor/docs/precious.txt
    sh $release/install.sh; rm -r /opt/infra-monitor
    sh $release/install.sh >/dev/null && mkdir '/opt/infra-monitor/my docs' && echo mine >'/opt/infra-monitor/my docs/precious.txt'
    sh $release/install.sh >/dev/null && cat '/opt/infra-monitor/my docs/precious.txt'
    infra-monitor uninstall; find /opt/infra-monitor ! -type d`);
  expect(output).toMatch(/infra-monitor was not installed: \/opt\/infra-monitor exists.*\n/);
  expect(output).toMatch(
    /\nmine\n.*left: \/opt\/infra-monitor\/my docs\/precious\.txt\n[\s\S]*\n\/opt\/infra-monitor\/my docs\/precious\.txt$/,
  );
});

test('npm with a prefix of its own: nothing goes while the broker is not known or not reached, and then all of it', async () => {
  const uninstall = documented('sudo MQTT_URL=… infra-monitor uninstall', {
    'sudo ': '',
    '…': 'mqtt://127.0.0.1:1',
    'infra-monitor': '/tmp/prefix/bin/infra-monitor',
  });
  const output = await inCopy(`
    export PATH=/tmp/bin:${dirname(process.execPath)}:$PATH
    npm install --silent --global --offline --prefix /tmp/prefix $release/home-lab-infra-monitor-*.tgz
    /tmp/prefix/bin/infra-monitor uninstall
    ${uninstall}
    ls /tmp/prefix/lib/node_modules
    ${uninstall} --force
    ls /tmp/prefix/lib/node_modules /tmp/prefix/bin`);
  expect(output).toMatch(
    /Nothing was removed.*There is no \/etc\/infra-monitor\.env.*\nNothing was removed.*Cannot connect/,
  );
  expect(output).toMatch(
    /\nhome-lab-infra-monitor\n.*not removed.*\n.*has been removed\n.*\n\/tmp\/prefix\/bin:\n\n\/tmp\/prefix\/lib\/node_modules:$/,
  );
});

test.each(['none', '18.20.4'])('Node %s: the single file', async (version) => {
  const output = await inCopy(`
    ${withoutNode}
    [ ${version} = none ] || { printf '#!/bin/sh\\nexit 1\\n' >/tmp/bin/node; chmod 755 /tmp/bin/node; }
    sh $release/install.sh && readlink /usr/local/bin/infra-monitor
    ROUTER_SCHEDULE=off NVME_SCHEDULE=off infra-monitor once --json | grep -m 1 '"collector": "host"'
    cp /opt/infra-monitor/bin/infra-monitor /tmp/alone; /tmp/alone uninstall; /tmp/alone update
    MQTT_URL=mqtt://127.0.0.1:1 ${documented('infra-monitor forget', { 'infra-monitor': '/tmp/alone' })}
    infra-monitor uninstall && ${nothingThere}`);
  expect(output).toMatch(/is installed\.\n.*\n\/opt\/infra-monitor\/bin\/infra-monitor\n +"collector": "host",\n/);
  expect(output).toMatch(
    /alone is a standalone file: run \/tmp\/alone forget.*\n.*alone is a standalone file: replace it.*\nCannot connect to the broker/,
  );
  expect(output).not.toContain('Code cache data rejected');
  expect(output).toMatch(/nothing$/);
});

const asNobody = 'setpriv --reuid 65534 --clear-groups';

/** Another version of the command from npm, at PREFIX/bin. */
const fromNpm = `
    mkdir -p /usr/local/lib/node_modules/home-lab-infra-monitor/dist
    printf '#!/bin/sh\\necho 0.0.9\\n' >/usr/local/lib/node_modules/home-lab-infra-monitor/dist/infra-monitor.js
    chmod 755 /usr/local/lib/node_modules/home-lab-infra-monitor/dist/infra-monitor.js
    ln -s ../lib/node_modules/home-lab-infra-monitor/dist/infra-monitor.js /usr/local/bin/infra-monitor
    `;

test('with a strict umask, every user can run what is installed', async () => {
  const output = await inCopy(`
    umask 077
    sh $release/install.sh && ${asNobody} /usr/local/bin/infra-monitor --version`);
  expect(output).toMatch(/To set it up.*\n\d+\.\d+\.\d+$/);
});

test('Node that only root can run, as of nvm, is none for the service', async () => {
  const output = await inCopy(`
    mkdir -p /root/.nvm/bin && chmod 700 /root && cp ${process.execPath} /root/.nvm/bin/node
    ${withoutNode}
    PATH=/root/.nvm/bin:$PATH sh $release/install.sh && readlink /usr/local/bin/infra-monitor`);
  expect(output).toMatch(/is installed\.\n.*\n\/opt\/infra-monitor\/bin\/infra-monitor$/);
});

test.each(['/usr', '/etc', '/opt'])('nothing is there where %s is read-only', async (folder) => {
  const output = await inCopy(`
    mkdir -p /opt; mount --bind ${folder} ${folder}; mount -o remount,ro,bind ${folder}
    sh $release/install.sh
    ${nothingThere}`);
  expect(output).toMatch(
    /infra-monitor was not installed: \S+ cannot be written: is it on a read-only file system\?\n/,
  );
  expect(output).toMatch(/nothing$/);
});

test("BusyBox's tools are enough, and without find nothing is installed", async () => {
  const output = await inCopy(`
    mkdir /tmp/busybox; /usr/bin/busybox --install -s /tmp/busybox; cp ${process.execPath} /tmp/busybox/node
    PATH=/tmp/busybox sh $release/install.sh && readlink /usr/local/bin/infra-monitor
    PATH=/tmp/busybox /usr/local/bin/infra-monitor uninstall
    rm /tmp/busybox/find; PATH=/tmp/busybox sh $release/install.sh; ${nothingThere}`);
  expect(output).toMatch(/To set it up: sudo \/usr\/local\/bin\/infra-monitor setup\n\S+\/dist\/infra-monitor\.js\n/);
  expect(output).toMatch(/find is required\nnothing$/);
});

test('a folder stays one, also where apt has a Node since', async () => {
  const output = await inCopy(`
    cp /usr/bin/true /tmp/apt-get; sh $release/install.sh >/dev/null; cp /tmp/apt-get /usr/bin/apt-get
    printf '#!/bin/sh\\necho "  Candidate: 20.19.2"\\n' >/usr/bin/apt-cache
    sh $release/install.sh && readlink /usr/local/bin/infra-monitor; rm -r /opt/infra-monitor; mkdir /opt/infra-monitor`);
  expect(output).toMatch(/\n\/opt\/infra-monitor\/dist\/infra-monitor\.js$/);
});

/** A stand-in for a systemd that runs, with a service that is masked. */
const maskedService = `
    mkdir -p /run/systemd/system; ln -s /dev/null /etc/systemd/system/infra-monitor.service
    cat >/tmp/bin/systemctl <<'END'
#!/bin/sh
case $1 in
is-enabled) echo masked; exit 1 ;;
is-active) echo inactive; exit 3 ;;
cat) echo '# Unit infra-monitor.service is masked.' ;;
esac
END
    chmod 755 /tmp/bin/systemctl
    `;

test('a service that is masked is told, and goes; the account of a person stays', async () => {
  const output = await inCopy(`${maskedService}
    useradd --create-home --shell /bin/bash infra-monitor
    sh $release/install.sh; infra-monitor uninstall; getent passwd infra-monitor
    ls -d /etc/systemd/system/infra-monitor.service; ${nothingThere}`);
  expect(output).toMatch(/The service is masked, and was not installed/);
  expect(output).toMatch(/has been removed\n.*\ninfra-monitor:x:.*\/bin\/bash\nls: .*No such file.*\nnothing$/);
});

/** Stand-ins for apt in German, which has a Node, and has no network for what is recommended; and for the package. */
const germanApt = `
    cat >/usr/bin/apt-cache <<'END'
#!/bin/sh
if [ "$LC_ALL" = C ]; then echo '  Candidate: 20.19.2'; else echo '  Installationskandidat: 20.19.2'; fi
END
    cat >/usr/bin/apt-get <<'END'
#!/bin/sh
echo "$*" >>/tmp/apt.log
case $* in *--no-install-recommends*) ;; *) echo 'E: Unable to fetch some archives' >&2; exit 100 ;; esac
printf '#!/bin/sh\\necho "1.0.0 $*"\\n' >/usr/bin/infra-monitor
chmod 755 /usr/bin/infra-monitor
END
    chmod 755 /usr/bin/apt-cache /usr/bin/apt-get
    export LANG=de_DE.UTF-8
    `;

test('apt in another language and without a network: the package, without what it recommends; and not the command of npm', async () => {
  const output = await inCopy(`${germanApt}${fromNpm}
    MQTT_URL=nas sh $release/install.sh; cat /tmp/apt.log; ls /opt/infra-monitor`);
  expect(output).toMatch(/apt could not install what the package recommends.*\n.* 1\.0\.0 --version is installed\.\n/);
  expect(output).toMatch(/is another one, \/usr\/local\/bin\/infra-monitor: remove that .*\n1\.0\.0 setup\n/);
  // Also over a package of the same version.
  expect(output).toMatch(/\ninstall -y -qq --reinstall --no-install-recommends \S+\.deb\nls: .*No such file.*$/);
});

test('the command of npm is not overwritten', async () => {
  const output = await inCopy(`${fromNpm}sh $release/install.sh; infra-monitor --version; ls /opt/infra-monitor`);
  expect(output).toMatch(
    /\/usr\/local\/bin\/infra-monitor belongs to another installation.*\n0\.0\.9\nls: .*No such file/,
  );
});

test.each([
  [
    'an interruption',
    // The stand-in interrupts the installer while that waits for it.
    `printf '#!/bin/sh\\nkill -TERM $PPID\\n' >/tmp/bin/tar; chmod 755 /tmp/bin/tar; sh $release/install.sh; echo "status $?"; ls -d /tmp/tmp.*`,
    /status 1\nls: /,
  ],
  [
    'no room for its files',
    'mkdir /tmp/small; mount -t tmpfs -o size=100k none /tmp/small; TMPDIR=/tmp/small sh $release/install.sh',
    /No space left on device\n.*could not be copied to \/tmp\/small/,
  ],
  [
    'a release without the single file that it needs',
    `cp -r $release /tmp/other; sed -i /-linux-/d /tmp/other/SHA256SUMS; ${withoutNode}; sh /tmp/other/install.sh`,
    /this release has no infra-monitor-\S+-linux-\w+\.tar\.gz, which includes one: npm run package:single creates it/,
  ],
  [
    'a place on the network without a program for it',
    'rm -f /usr/bin/curl /usr/bin/wget; sh $release/install.sh --from http://127.0.0.1:1',
    /curl or wget is required/,
  ],
])('nothing is there after %s', async (_what, command, told) => {
  const output = await inCopy(`\n${command}\n${nothingThere}`);
  expect(output).toMatch(told);
  expect(output).toMatch(/nothing$/);
});

test.each([
  [
    'a file that was cut off',
    'cp -r $release /tmp/cut; truncate -s 9000 /tmp/cut/infra-monitor-*; sh /tmp/cut/install.sh',
    'does not match SHA256SUMS',
  ],
  [
    'a file that is not there',
    `mkdir /tmp/none; cd $release; ${documented('sudo sh install.sh [--from FOLDER_OR_URL]', { 'sudo ': '', '[--from FOLDER_OR_URL]': '--from /tmp/none' })}`,
    '/tmp/none/SHA256SUMS does not exist',
  ],
  ['half of the installer', 'head -c 4000 $release/install.sh | sh', ''],
  ['Home Assistant OS', 'echo ID=haos >/etc/os-release; sh $release/install.sh', 'Home Assistant OS only runs apps'],
  [
    'within an app of Home Assistant OS',
    'SUPERVISOR_TOKEN=x sh $release/install.sh',
    'this is an app of Home Assistant OS',
  ],
  [
    'a person without rights',
    `${asNobody} sh $release/install.sh`,
    'root is required: sudo sh /tmp/release/install.sh',
  ],
  [
    'a person without rights who has named a place',
    `${asNobody} sh $release/install.sh --from '/tmp/my release' --from=/tmp/other`,
    "root is required: sudo sh /tmp/release/install.sh --from '/tmp/my release' --from=/tmp/other",
  ],
  [
    'a place with = and a slash at its end',
    'mkdir /tmp/none; sh $release/install.sh --from=/tmp/none/',
    '/tmp/none/SHA256SUMS does not exist',
  ],
  [
    'a person without rights, from a pipe',
    `cat $release/install.sh | ${asNobody} sh`,
    'root is required: pipe the script into “sudo sh”',
  ],
  ['an argument that it does not know', 'sh $release/install.sh --fast', 'unknown argument: --fast'],
  ['--from without a place', 'sh $release/install.sh --from', '--from requires a folder or a URL\n\nUsage: '],
  ['--from before another option', 'sh $release/install.sh --from --help', '--from requires a folder or a URL'],
  ['a question for its help', 'sh $release/install.sh --help', 'Usage: sudo sh install.sh [--from FOLDER_OR_URL]'],
])('nothing is there after %s', async (_what, command, told) => {
  const output = await inCopy(`\n${command}\n${nothingThere}`);
  expect(output).toContain(told);
  expect(output).toMatch(/nothing$/);
});

test('a clone is left as it is', async () => {
  const output = await inCopy('\nmkdir -p /opt/infra-monitor/.git; sh $release/install.sh; ls -A /opt/infra-monitor');
  expect(output).toMatch(/is a clone: .*\n\.git$/);
});

test('with its settings in the environment it is set up without a question', async () => {
  const output = await inCopy(`
    MQTT_URL= HTTP_PORT=0 ROUTER_SCHEDULE=off HOST_SCHEDULE=off NVME_SCHEDULE=off STORAGE_SCHEDULE=off sh -c 'node $0/infra-monitor.js & echo $! >/tmp/pid' ${join(import.meta.dirname, '../../../dist')} >/dev/null
    ip link set lo up
    until (: </dev/tcp/127.0.0.1/1883) 2>/dev/null; do sleep 0.2; done
    MQTT_URL=mqtt://127.0.0.1 SITE=Berlin sh $release/install.sh
    kill $(cat /tmp/pid)
    grep -v '^#' /etc/infra-monitor.env`);
  expect(output).toContain('all required topics can be read and written');
  expect(output).toMatch(/MQTT_URL=mqtt:\/\/127\.0\.0\.1\n+SITE=Berlin\n+AGENT_ID=\S+$/);
});
