// Cases of real mounts, in a namespace of their own: they need root, FUSE, loop devices and autofs.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { printedDocument, program, valuesOf, withFolder } from './agent.mjs';

const once = [process.execPath, program, 'once', '--json'];
const env = {
  PATH: process.env.PATH,
  AGENT_NAME: 'case',
  ROUTER_SCHEDULE: 'off',
  NVME_SCHEDULE: 'off',
  HTTP_PORT: '0',
};
const hostOnly = { ...env, HOST_FILESYSTEMS: '/tmp/**' };

/** What one reading says after a script that runs the command of its arguments; names below its folder are relative. */
async function readWithin(script, args = [], settings = hostOnly) {
  const document = await printedDocument('unshare', ['-m', 'bash', script, ...args, ...once], { env: settings });
  const text = JSON.stringify(document).replaceAll(/\/tmp\/(?:tmp\.|case-)\w+\//g, '');
  return valuesOf(JSON.parse(text));
}

/** The answers to statfs that mean “unknown”, and what is to be told: FUID, type, numbers and options of fakefs.py. */
const answers = [
  ['FUID=1000 fuse.sshfs 1000000 500000 500000 0 0 4096 4096 -', { error: (text) => typeof text === 'string' }],
  ['FUID=0 fuse.x 0 0 0 0 0 4096 4096', { free: null, total: null, used: null }],
  ['FUID=0 fuse.ceph 262144 131072 131072 5000000 -1 4194304 4194304', { inodes_used: null, used: 50 }],
  ['FUID=0 fuse.mfs 1000 2000 2000 100 200 4096 4096', { used: [null, 0], inodes_used: [null, 0] }],
  ['FUID=0 fuse.nfs 1000000 50000 -20000 0 0 4096 4096', { used: 100, free: 0 }],
  [
    'FUID=0 fuse.rclone 274877906944 274877906944 274877906944 1000000000 1000000000 4096 4096',
    { used: null, free: null, time_to_full: null },
  ],
  ['FUID=0 fuse.s3fs 4398046511103 4398046511103 4398046511103 0 0 4194304 4194304', { used: null, free: null }],
];

const readAnswer = ([answer, expected], fakefs) =>
  withFolder(async (folder) => {
    const [user, ...args] = answer.split(' ');
    const script = `mount --make-rprivate /; cd ${folder}; mkdir m; ${user} python3 ${fakefs} m ${args.join(' ')} & daemon=$!
      trap 'kill $daemon' EXIT; for i in $(seq 100); do grep -q "${folder}/m " /proc/self/mountinfo && break; sleep 0.1; done
      ${once.join(' ')}`;
    const document = await printedDocument('unshare', ['-m', 'bash', '-c', script], { env: hostOnly });
    const text = JSON.stringify(document).replaceAll(`${folder}/m`, 'm');
    const wanted = Object.entries(expected).map(([key, value]) => [`filesystem m ${key}`, value]);
    return [answer, valuesOf(JSON.parse(text)), Object.fromEntries(wanted)];
  });

/** Resolves with the output of autofs.py, beside which the agent looks every second. */
const watchAutomount = (autofs) =>
  withFolder(async (folder) => {
    const run = promisify(execFile);
    await run('bash', ['-c', `cd ${folder}; truncate -s 64M image; mkfs.ext4 -q -F image`]);
    const settings = { ...hostOnly, HOST_SCHEDULE: '* * * * * *', MQTT_URL: 'mqtt://127.0.0.1:9' };
    const command = ['-m', 'python3', autofs, join(folder, 'nas'), join(folder, 'image'), '3', '14'];
    const { stdout } = await run('unshare', [...command, process.execPath, program], { env: settings }).catch(
      (error) => error,
    );
    return { result: stdout.trim() };
  });

const hidepid = 'mount -t proc -o hidepid=2 proc /proc && exec setpriv --reuid=61200 --regid=61200 --clear-groups';

export const mountCases = {
  'automount-kept-forever': async (path) => [
    ['autofs', await watchAutomount(join(path, '../tools/autofs.py')), { result: (text) => /^expired/.test(text) }],
  ],
  'fs-covered-mount': async (path) => [
    [
      'covered',
      await readWithin(join(path, 'make.sh')),
      {
        'filesystem data total': (size) => Math.abs(size - 0.17) < 0.01,
        'filesystem data/inner total': [undefined, null],
      },
    ],
  ],
  'fs-name-in-latin-1': async (path) => [
    [
      'Latin-1',
      await readWithin(join(path, 'make.sh')),
      { 'filesystem Fotos \\xe4lter total': (size) => size > 0.04 && size < 0.07 },
    ],
  ],
  'fs-what-is-not-known': async (path) => {
    const readings = [];
    for (const answer of answers) readings.push(await readAnswer(answer, join(path, '../tools/fakefs.py')));
    return readings;
  },
  hidepid: async () => {
    const command = ['-m', 'sh', '-c', `${hidepid} "$@"`, 'sh', ...once];
    return [
      ['hidepid', valuesOf(await printedDocument('unshare', command, { env })), { processes: [null, undefined] }],
    ];
  },
};
