import { includedNamesWithoutMatch } from '../../../lib/include-exclude-matcher.ts';
import type { CollectorComplaint } from '../../../model/collector.ts';
import { type HostTexts, hostTexts } from '../texts.ts';

const maxListed = 20;

/** A complaint for each name in a setting that the machine lacks, with what it has. */
export function missingNameComplaints(
  setting: string,
  text: 'missingDisk' | 'missingFilesystem' | 'missingInterface',
  include: readonly string[],
  names: readonly string[],
  found: readonly string[],
): CollectorComplaint[] {
  const listed = [...found.slice(0, maxListed), ...(found.length > maxListed ? ['…'] : [])].join(', ');
  return includedNamesWithoutMatch(include, names).map((name) => ({
    key: `${setting} ${name}`,
    complaint: (texts: HostTexts = hostTexts) => texts[text](name, listed),
  }));
}
