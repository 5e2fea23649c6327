/** A device in Home Assistant's registry. */
export interface DeviceEntry {
  id: string;
  identifiers: readonly (readonly string[])[];
  name: string | null;
  name_by_user?: string | null;
  area_id: string | null;
  via_device_id: string | null;
  disabled_by?: string | null;
}

/** An entity in Home Assistant's registry. */
export interface EntityEntry {
  entity_id: string;
  unique_id: string;
  platform: string;
  device_id: string | null;
  name: string | null;
  original_name?: string | null;
  disabled_by: string | null;
  hidden_by: string | null;
  entity_category: string | null;
}

export interface EntityState {
  state: string;
  attributes: Record<string, unknown>;
}

/** What Home Assistant's frontend knows, as far as a dashboard needs it. */
export interface Registries {
  areas: Readonly<Record<string, { name: string }>>;
  devices: Readonly<Record<string, DeviceEntry>>;
  entities: readonly EntityEntry[];
  states: Readonly<Record<string, EntityState | undefined>>;
}
