import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { commonDriveTextsInGerman } from '../../../../src/collectors/storage/german-texts.ts';
import {
  canSudoGrantRights,
  deviceNodeExists,
  explainMissingRight,
} from '../../../../src/collectors/storage/tools/device-rights.ts';

test('a missing device node, as in a container', () => {
  expect(deviceNodeExists('nvme9977')).toBe(false);
  expect(explainMissingRight('nvme9977')?.()).toBe(
    '/dev/nvme9977 is not there, as in a container: docker compose --profile drives up -d (or, so that the agent could erase it: docker run --user root --device /dev/nvme9977 --cap-add SYS_ADMIN)',
  );
});

const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : '';
const mayAsk = (BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`) & (1n << 21n)) !== 0n;
const mayRise = !/^NoNewPrivs:\s*1$/m.test(status);
const isInitial =
  process.platform === 'linux' && /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));

test.runIf(process.platform === 'linux')(
  'a readable node also requires CAP_SYS_ADMIN in the initial user namespace',
  () => {
    expect(deviceNodeExists('null')).toBe(true);
    const wanted = isInitial
      ? mayAsk
        ? /^none$/
        : /^(no right to ask \/dev\/null: |root without CAP_SYS_ADMIN)/
      : /^an unprivileged container can’t ask drives/;
    expect(explainMissingRight('null')?.() ?? 'none').toMatch(wanted);
  },
);

test('a helper that is closed to the user, who is not in its group', () => {
  expect(explainMissingRight('null', true)?.()).toMatch(
    /^no right to ask the drives helper: sudo usermod --append --groups infra-monitor \S+$/,
  );
});

test.runIf(process.platform === 'linux')('sudo can help any user but root, unless NoNewPrivileges is set', () => {
  const { getuid } = process;
  onTestFinished(() => void Object.assign(process, { getuid }));
  process.getuid = () => 0;
  expect(canSudoGrantRights()).toBe(false);
  process.getuid = () => 1000;
  expect(canSudoGrantRights()).toBe(mayRise);
});

test('the command fits into a state of Home Assistant, in German too', () => {
  for (const node of ['sdaaaa', 'nvme9977n1', 'mapper/controls']) {
    const hint = explainMissingRight(node)?.(commonDriveTextsInGerman) ?? '';
    expect(hint).toMatch(/^\/dev\/.* ist nicht vorhanden, .*docker run /);
    expect(hint.length).toBeLessThanOrEqual(255);
  }
});
