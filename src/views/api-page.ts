import { createHash } from 'node:crypto';

type Json = Record<string, unknown>;

const style = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid }
dt { font-weight: 600 }`;

/** The page has one style and nothing else that a browser would load or run. */
export const apiPageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'`,
  'referrer-policy': 'no-referrer',
};

const inHtml = (text: unknown) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

interface Operation {
  summary: string;
  responses: Record<string, { description: string; content: Json }>;
}

const operation = (path: string, { summary, responses }: Operation) => `<h2><code>GET ${inHtml(path)}</code></h2>
<p>${inHtml(summary)}. <a href=".${inHtml(path)}">Open</a></p>
<dl>${Object.entries(responses)
  .map(([status, { description, content }]) => `<dt>${inHtml(status)}</dt><dd>${inHtml(description)} <code>${inHtml(Object.keys(content).join(', '))}</code></dd>`)
  .join('')}</dl>`;

const schema = ([name, content]: [string, unknown]) =>
  `<details id="${inHtml(name)}"><summary>${inHtml(name)}</summary><pre tabindex="0">${inHtml(JSON.stringify(content, null, 2))}</pre></details>`;

/** An OpenAPI document for a person, with nothing from anywhere else. */
export function apiPage(document: Json): string {
  const { info, paths, components } = document as {
    info: { title: string; version: string; description: string };
    paths: Record<string, { get: Operation }>;
    components: { schemas: Json };
  };
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${inHtml(info.title)}: API</title><style>${style}</style></head>
<body>
<main>
<h1>${inHtml(info.title)} ${inHtml(info.version)}</h1>
<p>${inHtml(info.description)} For programs: <a href="./openapi.json">openapi.json</a></p>
${Object.entries(paths)
  .map(([path, { get }]) => operation(path, get))
  .join('\n')}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(schema).join('\n')}
</main>
</body>
</html>
`;
}
