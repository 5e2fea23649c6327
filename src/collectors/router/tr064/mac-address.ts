/** Converts a MAC address in any notation to `AA:BB:CC:00:11:22`; undefined if the text is none. */
export function normalizeMacAddress(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[:.\s-]/g, '').toUpperCase() ?? '';
  return /^[\dA-F]{12}$/.test(digits) ? digits.replace(/..(?=.)/g, '$&:') : undefined;
}
