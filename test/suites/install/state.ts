import { observe } from '../../helpers/observer.ts';
import type { Machine } from '../machine/machine.ts';

/** What an installation could leave behind: files, accounts, a unit, a right. */
export async function traces(
  machine: Machine,
): Promise<{ files: string[]; accounts: string; units: string; drive: string }> {
  const files = await machine.sh(
    "find / -xdev \\( -path /var/log -o -path /var/lib/dpkg -o -path /tmp -o -path '/etc/*-' \\) -prune -o -print | sort",
  );
  return {
    files: files.split('\n').filter((file) => !/^\/(var\/(cache|lib\/(apt|systemd))|root)\//.test(file)),
    accounts: await machine.sh('getent passwd; getent group'),
    units: await machine.sh(
      "systemctl list-unit-files --no-legend 'infra-monitor*'; systemctl list-units --all --plain --no-legend 'infra-monitor*'",
    ),
    drive: await machine.sh('stat -c "%a %U %G" /dev/nvme0'),
  };
}

export const property = (machine: Machine, name: string) =>
  machine.sh(`systemctl show -p ${name} --value infra-monitor`);

/** The topics that the broker keeps. */
export async function retainedTopics(url: string): Promise<string[]> {
  const observer = await observe(url);
  await observer.client.publishAsync('end', 'end');
  await observer.see('end');
  return [...observer.topics.keys()].filter((topic) => topic !== 'end');
}
