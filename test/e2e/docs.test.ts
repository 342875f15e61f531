/** Runs the commands of the documentation with the demo, on free ports. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { COMMANDS, programArguments } from '../helpers/doc-commands.ts';
import { startInProcess } from '../helpers/in-process-program.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { blocksIn, codeIn, HAND_WRITTEN, type Page } from '../helpers/pages.ts';
import { udpReceiver } from '../helpers/statsd-receiver.ts';
import { until } from '../real/wait.ts';

/** The exporter on the simulated task, until the test ends. */
async function startDemo(t: TestContext, argv: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const program = startInProcess(['demo', '--exporter-port', '0', ...argv], { ...env, LOG_FORMAT: 'json' });
  t.after(() => {
    program.signal('SIGTERM');
    return program.ended;
  });
  const [, origin = '', metadataUrl = ''] = await until(
    'its addresses',
    () => /(http:\/\/localhost:\d+)\/\s[\s\S]*?(http:\/\/\S+)\/task$/m.exec(program.stdout()) ?? undefined,
  );
  return { program, origin, metadataUrl };
}

/** Whether a line of an excerpt matches a line of the page, except for the value and omitted labels (`...`). */
function isShownBy(line: string, other: string): boolean {
  if (line.startsWith('#')) return line === other;
  const [, name = '', labels = ''] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
  const shown = labels.replace(/,?\.\.\.$/, '').split(/,(?=\w+=)/);
  return /^\w+/.exec(other)?.[0] === name && shown.every((label) => other.includes(label));
}

test('the page excerpt in the README matches the demo', async (t) => {
  const { origin } = await startDemo(t);
  const excerpt =
    blocksIn('text')
      .find(({ page }) => page === 'README.md')
      ?.body.trim()
      .split('\n') ?? [];
  assert.ok(excerpt.length > 20);
  const missing = new Set(excerpt);
  // Ratios need two samples, and task totals need a sample of every container.
  await until('every line of the excerpt', async () => {
    const page = (await (await fetch(`${origin}/metrics`)).text()).split('\n');
    for (const line of missing) if (page.some((other) => isShownBy(line, other))) missing.delete(line);
    if (missing.size > 0) throw new Error(`not on the page: ${[...missing].join('\n')}`);
    return true;
  });
});

test('the addresses in the documentation respond', async (t) => {
  const { origin } = await startDemo(t);
  const shown = COMMANDS.filter(({ program }) => program === 'curl').map(({ args: [url = ''] }) => url);
  const linked = HAND_WRITTEN.flatMap(({ prose }) => prose.match(/http:\/\/localhost:9545\/[\w/-]*/g) ?? []);
  assert.ok(shown.length >= 2 && linked.length > 0);
  for (const url of new Set([...shown, ...linked])) {
    const path = new URL(url).pathname;
    await until(`200 from ${path}`, async () => ((await fetch(`${origin}${path}`)).status === 200 ? 200 : undefined));
  }
});

/** Complete invocations in the text, such as `once --format json`. */
function invocationsIn(page: Page): readonly (readonly string[])[] {
  const whole = codeIn(page).filter((code) => /^(?:run|once|healthcheck) --/.test(code) && !/[<.]/.test(code));
  return whole.map((code) => code.split(' '));
}

const INVOCATIONS = new Map(
  [...COMMANDS.flatMap((command) => [programArguments(command) ?? []]), ...HAND_WRITTEN.flatMap(invocationsIn)]
    .filter((argv) => argv.length > 0)
    .map((argv) => [argv.join(' '), argv]),
);

test('every command of the documentation that runs this program', async (t) => {
  assert.ok(INVOCATIONS.size >= 5);
  const demo = await startDemo(t);
  const otlp = await startOtlpReceiver();
  t.after(() => otlp.close());
  const statsd = await udpReceiver(t);
  const receivers = {
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: otlp.url,
    STATSD_HOST: '127.0.0.1',
    STATSD_PORT: `${statsd.port}`,
  };
  for (const [text, argv] of INVOCATIONS) {
    await t.test(text, async (inner) => {
      if (argv[0] === 'demo') {
        const { program } = await startDemo(inner, argv.slice(1), receivers);
        if (text.includes('otlp')) await otlp.received(0);
        if (text.includes('statsd')) await statsd.lines(1);
        program.signal('SIGTERM');
        assert.equal(await program.ended, 0, program.stderr());
        return;
      }
      const program = startInProcess(argv, { ECS_CONTAINER_METADATA_URI_V4: demo.metadataUrl });
      assert.equal(await program.ended, 0, program.stderr());
      assert.notEqual(program.stdout(), '');
    });
  }
});
