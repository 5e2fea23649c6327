/** Texts of fields that the vendor never filled in, after underscores became spaces. */
const placeholderPatterns = [
  /^\P{L}*$/u,
  /^0?123456789(abcdef)?$/i,
  /^n\W?a\W?$/i,
  /^[x.]+$/i,
  /default|unknow|undefined|unspecified|invalid|filled by|fill by|to be filled|docker container|^\$\(|^type ?\d/i,
  /^\W?(empty|none|null|nil|na|test|tbd|undef|blank|dummy|unused|reserved|o\W?e\W?m)\b/i,
  /^(please|insert|enter|no data)\b/i,
  /(^|[^a-z])(string|o\.e\.m\.?)([^a-z]|$)/i,
  /^not? ?(filled|specified|applicable|available|present|defined|set|provided|known|asset|enclosure)/i,
  /^((system|base ?board|main ?board|mother ?board|board|chassis|product|manufacturer?|vendor|model|version|name|family|serial|sku|number|id) ?)+$/i,
];

/** Undefined for a placeholder and for bytes that are no text. */
export function dmiTextUnlessPlaceholder(text: string | undefined): string | undefined {
  const trimmed = text?.replaceAll('\0', '').trim();
  if (trimmed === undefined || /\p{Cc}|\ufffd/u.test(trimmed)) return undefined;
  const words = trimmed.replaceAll(/[_\s]+/g, ' ');
  return placeholderPatterns.some((pattern) => pattern.test(words)) ? undefined : trimmed;
}

/** Product names that stand for a whole family of machines: the board's name says more. */
const familyPattern = /^(all series|super ?(server|micro).*|system product.*)$/i;

/** Whether the vendor puts a machine's name (“ThinkCentre M720q”) into the version, and its type number (“10T8S0XX00”)
 * into the name. */
const namesInVersion = (manufacturer: string | undefined) => /^(lenovo|ibm)\b/i.test(manufacturer ?? '');
/** Versions at those vendors that are part numbers or the vendor's name. */
const noNamePattern = /^(\W.*|lenovo( product)?|ibm|sdk\w+.*|\w*\d ?win|\P{L}*\p{L}?\P{L}*)$/iu;

/** Manufacturer and model from the fields of /sys/class/dmi/id. */
export function manufacturerAndModel(field: (name: string) => string | undefined): {
  manufacturer: string | undefined;
  model: string | undefined;
} {
  const read = (name: string) => dmiTextUnlessPlaceholder(field(name));
  const manufacturer = read('sys_vendor') ?? read('board_vendor');
  const version = namesInVersion(manufacturer) ? read('product_version') : undefined;
  const product = read('product_name');
  // A machine built from parts has no product name, but its board has a name.
  const board = read('board_name');
  return {
    manufacturer,
    model:
      (version !== undefined && !noNamePattern.test(version) ? version : undefined) ??
      (product !== undefined && familyPattern.test(product) ? (board ?? product) : (product ?? board)),
  };
}
