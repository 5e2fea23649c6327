import { createHash } from 'node:crypto';
import { Html, html } from './page/html.ts';

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

interface Operation {
  summary: string;
  responses: Record<string, { description: string; content: Json }>;
}

const renderOperation = ([path, { get }]: [string, { get: Operation }]) => html`
<h2><code>GET ${path}</code></h2>
<p>${get.summary}. <a href=".${path}">Open <code>${path}</code></a></p>
<dl>${Object.entries(get.responses).map(
  ([status, { description, content }]) =>
    html`<dt>${status}</dt><dd>${description} <code>${Object.keys(content).join(', ')}</code></dd>`,
)}</dl>`;

const renderSchema = ([name, content]: [string, unknown]) => html`
<details id="${name}"><summary>${name}</summary><pre tabindex="0">${JSON.stringify(content, null, 2)}</pre></details>`;

/** An OpenAPI document for a person, with nothing from anywhere else. */
export function renderApiPage(document: Json): string {
  const { info, paths, components } = document as {
    info: { title: string; version: string; description: string };
    paths: Record<string, { get: Operation }>;
    components: { schemas: Json };
  };
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${info.title}: API</title><style>${new Html(style)}</style></head>
<body>
<main>
<h1>${info.title} ${info.version}</h1>
<p>${info.description} For programs: <a href="./openapi.json">openapi.json</a></p>
${Object.entries(paths).map(renderOperation)}
<h2>Schemas</h2>
${Object.entries(components.schemas).map(renderSchema)}
</main>
</body>
</html>
`.text;
}
