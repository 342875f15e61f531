import { escaped } from '../sanitize-text.ts';

/** A link on the landing page. */
export interface Link {
  readonly path: string;
  readonly text: string;
}

export interface LandingPage {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly links: readonly Link[];
}

/** Allows only the page's inline style sheet: no scripts, images, frames or requests. */
export const LANDING_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes `text` for HTML content and quoted attributes, and makes invisible characters visible. */
export function escapeHtml(text: string): string {
  return escaped(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** The page at `/`, for browsers. */
export function renderLandingPage(page: LandingPage): string {
  const links = page.links.map(({ path, text }) => `<li><a href="${escapeHtml(path)}">${escapeHtml(text)}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }
</style>
</head>
<body>
<h1>${escapeHtml(page.title)}</h1>
<p>${escapeHtml(page.description)}</p>
<p>Version ${escapeHtml(page.version)}</p>
<ul>
${links.join('\n')}
</ul>
</body>
</html>
`;
}
