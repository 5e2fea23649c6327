import { projectName } from '../version.ts';

/** Maker and model; the model alone where it has the maker's name or there is no maker but this program. */
export function describeMakerAndModel({
  manufacturer = '',
  model = '',
}: {
  manufacturer?: string | undefined;
  model?: string | undefined;
}): string {
  const isSaid = manufacturer === projectName || model.toLowerCase().includes(manufacturer.toLowerCase());
  return isSaid ? model : `${manufacturer} ${model}`.trim();
}
