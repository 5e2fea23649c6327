import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import {
  editSettingsText,
  parseSettingsVariables,
  readSettingsTextOrEmpty,
  refuseUnlessWritable,
  writeSettingsFile,
} from '../../src/settings/settings-file.ts';

const none = new Map<string, string>();

test('a setting takes the place of its old value or of its example, and the rest stays as it was', () => {
  const text = '# Mine\nSITE=Old   # here\n\n# The broker.\n# MQTT_URL=embedded://127.0.0.1:1883\nHOST_SCHEDULE=off\n';
  expect(editSettingsText(text, { SITE: 'New', MQTT_URL: 'mqtt://nas' }, none)).toBe(
    '# Mine\nSITE=New\n\n# The broker.\nMQTT_URL=mqtt://nas\nHOST_SCHEDULE=off\n',
  );
});

test('a new setting comes last, behind what it means, and undefined takes one out', () => {
  const descriptions = new Map([['SITE', 'The location’s name.']]);
  expect(editSettingsText('A=1', { SITE: 'Haus am See' }, descriptions)).toBe(
    'A=1\n\n# The location’s name.\nSITE=Haus am See\n',
  );
  expect(editSettingsText('A=1\nSITE=x\nB=2\nSITE=y\n', { SITE: undefined }, none)).toBe('A=1\nB=2\n');
  expect(editSettingsText('A=1\n# SITE=x\n', { SITE: undefined }, none)).toBe('A=1\n# SITE=x\n');
});

test('of a setting that is there twice one is left', () => {
  expect(parseSettingsVariables(editSettingsText('SITE=a\nexport SITE = b\n', { SITE: 'c' }, none))).toEqual({
    SITE: 'c',
  });
});

test('every value is read back as it was written, or refused', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      let text: string;
      try {
        text = editSettingsText('A=1\n', { MQTT_PASSWORD: value }, none);
      } catch (error) {
        expect(String(error)).not.toContain(value || '\0');
        expect(value).toMatch(/[\n\r'"`\\]/);
        return;
      }
      expect(parseSettingsVariables(text)).toEqual({ A: '1', MQTT_PASSWORD: value });
    }),
    { examples: [["it's #1"], ['a"b\'c'], [' padded '], ['back\\nslash'], ['$HOME'], ['#']] },
  );
});

test('a file that could not be written back as it was is refused, and so is one that cannot be written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'env');
  writeFileSync(path, 'SITE=München\n', 'latin1');
  expect(() => readSettingsTextOrEmpty(path)).toThrow(`${path} is not in UTF-8`);
  // A link leads to where it is written.
  symlinkSync(path, join(folder, 'link'));
  expect(() => refuseUnlessWritable(join(folder, 'link'))).not.toThrow();
  symlinkSync('/proc/self/status', join(folder, 'elsewhere'));
  expect(() => refuseUnlessWritable(join(folder, 'elsewhere'))).toThrow(/elsewhere cannot be written: E/);
});

test('a file of settings is for its owner alone, unless it was for others before, and is never half', () => {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'env');
  writeSettingsFile(path, 'A=1\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  chmodSync(path, 0o640);
  symlinkSync(path, join(folder, 'link'));
  writeSettingsFile(join(folder, 'link'), 'A=2\n');
  expect([statSync(path).mode & 0o777, readFileSync(path, 'utf8')]).toEqual([0o640, 'A=2\n']);
  writeFileSync(join(folder, 'other'), '');
  expect(() => writeSettingsFile(join(folder, 'missing/env'), 'A=1')).toThrow(
    /^\S+missing\/env cannot be written: ENOENT[^.]*missing\/env'$/,
  );
});
