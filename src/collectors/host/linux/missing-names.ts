import { includedNamesWithoutMatch } from '../../../lib/include-exclude-matcher.ts';
import type { CollectorComplaint } from '../../../model/collector.ts';

const maxListed = 20;

/** A complaint for each name in a setting that the machine lacks, with what it has. */
export function missingNameComplaints(
  setting: string,
  thing: string,
  include: readonly string[],
  names: readonly string[],
  found: readonly string[],
): CollectorComplaint[] {
  const listed = [...found.slice(0, maxListed), ...(found.length > maxListed ? ['…'] : [])].join(', ') || 'none';
  return includedNamesWithoutMatch(include, names).map((name) => ({
    key: `${setting} ${name}`,
    complaint: `${setting}: there is no ${thing} ${name}; found: ${listed}`,
  }));
}
