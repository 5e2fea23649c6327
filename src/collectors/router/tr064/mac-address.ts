/** `AA:BB:CC:00:11:22`, however it was written; undefined where it is no MAC address. */
export function parseMacAddress(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[:.\s-]/g, '').toUpperCase() ?? '';
  return /^[\dA-F]{12}$/.test(digits) ? digits.replace(/..(?=.)/g, '$&:') : undefined;
}
