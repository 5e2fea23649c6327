/** What a blueprint is called and for. */
export interface BlueprintSummary {
  id: string;
  name: string;
  description: string;
}

const folder = 'ha-config/blueprints/automation/infra_monitor';

/** A button of My Home Assistant that imports a blueprint (https://www.home-assistant.io/docs/blueprint/forums). */
const importButton = (address: string, id: string) =>
  ` | [![Import blueprint](https://my.home-assistant.io/badges/blueprint_import.svg)](https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url=${encodeURIComponent(`${address}/blob/main/${folder}/${id}.yaml`)})`;

/** Reference of the blueprints; `address` of the project, without which nothing can be imported from it. */
export function renderBlueprintReference(blueprints: readonly BlueprintSummary[], address: string | undefined): string {
  const rows = blueprints.map(
    ({ id, name, description }) =>
      `| [${name}](../../${folder}/${id}.yaml) | ${description}${address === undefined ? '' : importButton(address, id)} |`,
  );
  return [
    '# Blueprints',
    '',
    `<!-- generated from scripts/generate -->`,
    '',
    'Alerts for Home Assistant. [How to use them](../home-assistant-config.md#alerts).',
    '',
    address === undefined ? '| blueprint | what it tells |' : '| blueprint | what it tells | |',
    address === undefined ? '| --- | --- |' : '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
