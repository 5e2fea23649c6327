import { groupBy } from '../../model/group-by.ts';
import { slug } from '../../model/naming.ts';
import { isFaultSeverity } from '../../model/problem.ts';
import type { DeviceView } from './device-view.ts';

/** Parts of one kind. */
export interface PartGroup {
  id: string;
  /** In the plural: “File systems”. */
  title: string;
  parts: readonly DeviceView[];
  /** Whether it is open until the reader folds it. */
  isOpen: boolean;
}

/** Groups with so few parts take no more room open than folded. */
const maxPartsOfSmallGroup = 3;

const pluralOf = (kind: string) => (kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`);

/** Whether something is wrong with it or worrying. */
const isRemarkable = ({ numbers, problems, lostSince }: DeviceView) =>
  lostSince !== undefined ||
  problems.some(({ severity }) => isFaultSeverity(severity)) ||
  numbers.some(({ color }) => color !== undefined);

/** Parts by their kind, in the order of the first of each. */
export function groupPartsByKind(parts: readonly DeviceView[]): PartGroup[] {
  return [...groupBy(parts, ({ kind }) => kind)].map(([kind, ofKind]) => ({
    id: slug(kind),
    title: ofKind[0]?.plural ?? pluralOf(kind),
    parts: ofKind,
    isOpen: ofKind.length <= maxPartsOfSmallGroup || ofKind.some(isRemarkable),
  }));
}
