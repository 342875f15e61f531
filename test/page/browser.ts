import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type ContextOptions, chromium, type Page } from 'playwright-core';
import { listAt } from '../real/json.ts';

/** Debian's package `chromium`. */
const CHROMIUM = '/usr/bin/chromium';

/** Screenshots, for people to look at. Not in the repository. */
const OUTPUT = fileURLToPath(new URL('output/', import.meta.url));

export function startChromium(): Promise<Browser> {
  mkdirSync(OUTPUT, { recursive: true });
  // Root has no sandbox. No name is resolved, so that no request leaves the machine.
  const args = ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'];
  return chromium.launch({ executablePath: CHROMIUM, args });
}

/** A page, and what its content has caused. */
export interface OpenPage {
  readonly page: Page;
  readonly requests: readonly string[];
  /** Errors and violations of the Content-Security-Policy in the console, dialogs and uncaught errors. */
  readonly incidents: readonly string[];
  /** Numbers of `<data>` elements and their texts, by row and column: `web CPU`. */
  figures(): Promise<ReadonlyMap<string, readonly Figure[]>>;
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface Figure {
  readonly value: number;
  readonly text: string;
}

export async function openPage(browser: Browser, origin: string, options: ContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const requests: string[] = [];
  const incidents: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => incidents.push(message.text()));
  page.on('pageerror', (error) => incidents.push(String(error)));
  page.on('dialog', (dialog) => {
    incidents.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(`${origin}/`);
  return {
    page,
    requests,
    incidents,
    async figures() {
      const rows = listAt({ rows: await page.evaluate(FIGURES) }, 'rows').map(String);
      const found = new Map<string, Figure[]>();
      for (const row of rows) {
        const [key = '', value, text = ''] = row.split('\n');
        found.set(key, [...(found.get(key) ?? []), { value: Number(value), text }]);
      }
      return found;
    },
    async screenshot(name) {
      await page.screenshot({ path: `${OUTPUT}${name}.png`, fullPage: true });
    },
    close: () => context.close(),
  };
}

const FIGURES = `[...document.querySelectorAll('.containers tbody tr, .tile')].flatMap((row) => {
  const name = row.querySelector('.name')?.textContent ?? '_task_';
  return [...row.querySelectorAll('data')].map((data) => {
    const column = data.closest('td')?.dataset.label ?? row.querySelector('h2').textContent;
    return [name + ' ' + column, data.value, data.textContent].join('\\n');
  });
})`;

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core')), 'utf8');

/** Violations of accessibility rules, and the elements. */
export async function accessibilityViolations({ page }: OpenPage): Promise<readonly unknown[]> {
  await page.evaluate(`${AXE};undefined`);
  const violations = await page.evaluate(`axe.run().then(({ violations, passes }) => {
    if (passes.length < 10) throw new Error('axe has checked only ' + passes.length + ' rules');
    return violations.map(({ id, help, nodes }) => id + ': ' + help + '\\n' + nodes.map(({ html }) => html).join('\\n'));
  })`);
  return listAt({ violations }, 'violations');
}
