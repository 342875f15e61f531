import type { Answer } from '../../instrumentation/http/answer.ts';
import { acceptsGzip } from '../../instrumentation/http/headers.ts';
import { createPage, type Page } from '../../instrumentation/http/page.ts';
import { escapedJson } from '../../instrumentation/sanitize-text.ts';
import { renderPage } from './html/page.ts';
import { SCRIPT } from './html/script.ts';
import { STYLE } from './html/style.ts';
import type { Status } from './status.ts';

/** Allows only the page's own style sheet and script, and requests to the exporter. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
} as const;

/** The page reloads them after an update, since their addresses contain the version. */
const ASSET_HEADERS = { ...HEADERS, 'cache-control': 'max-age=3600' };
const LIVE_HEADERS = { ...HEADERS, 'cache-control': 'no-store' };

/** The responses of the status page. */
export interface StatusPages {
  page(status: Status, acceptEncoding: string | undefined): Promise<Answer>;
  json(status: Status, acceptEncoding: string | undefined): Promise<Answer>;
  readonly style: Answer;
  readonly script: Answer;
}

/** Renders each status once, regardless of the number of clients. */
export function createStatusPages(): StatusPages {
  const html = renderOnce('text/html; charset=utf-8', renderPage);
  const json = renderOnce('application/json; charset=utf-8', async (status) => `${escapedJson(status)}\n`);
  return {
    page: async (status, acceptEncoding) => answer(await html(status), acceptEncoding),
    json: async (status, acceptEncoding) => answer(await json(status), acceptEncoding),
    style: { status: 200, contentType: 'text/css; charset=utf-8', body: STYLE, headers: ASSET_HEADERS },
    script: { status: 200, contentType: 'text/javascript; charset=utf-8', body: SCRIPT, headers: ASSET_HEADERS },
  };
}

/** Kept as long as the status. */
function renderOnce(
  contentType: string,
  render: (status: Status) => Promise<string>,
): (status: Status) => Promise<Page> {
  const pages = new WeakMap<Status, Promise<Page>>();
  return (status) => {
    const known = pages.get(status);
    if (known !== undefined) return known;
    const page = render(status).then((text) => createPage(text, { contentType }));
    pages.set(status, page);
    return page;
  };
}

async function answer(page: Page, acceptEncoding: string | undefined): Promise<Answer> {
  const headers = { ...LIVE_HEADERS, vary: page.vary };
  if (!acceptsGzip(acceptEncoding)) return { status: 200, contentType: page.contentType, body: page.body, headers };
  const body = await page.gzip();
  return { status: 200, contentType: page.contentType, body, headers: { ...headers, 'content-encoding': 'gzip' } };
}
