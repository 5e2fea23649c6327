/** A value of os-release(5), which is quoted as in a shell. */
function unquote(value: string): string {
  const [quote] = value;
  if (quote === "'") return /^'([^']*)'/.exec(value)?.[1] ?? value.slice(1);
  const inner = quote === '"' ? (/^"((?:[^"\\]|\\.)*)/s.exec(value)?.[1] ?? '') : value;
  return inner.replaceAll(quote === '"' ? /\\(["$`\\])/g : /\\(.)/g, '$1');
}

/** The name of the distribution for people: “Debian GNU/Linux 13 (trixie)”. */
export function parseDistributionName(osRelease: string): string | undefined {
  const values = new Map(
    [...osRelease.matchAll(/^[\uFEFF \t]*([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      unquote(value.trim()).trim(),
    ]),
  );
  const name = [values.get('NAME'), values.get('VERSION') || values.get('VERSION_ID')].filter(Boolean).join(' ');
  return values.get('PRETTY_NAME') || name || undefined;
}
