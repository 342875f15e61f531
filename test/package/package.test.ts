/** The packed package in new projects: the sample of docs/library.md compiles and runs with both major versions of the SDK. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pointsOf } from '../helpers/otlp-export.ts';
import { startOtlpReceiver } from '../helpers/otlp-receiver.ts';
import { createFreshProject, type FreshProject, packHere } from '../real/fresh-project.ts';
import { startServer } from '../real/server-process.ts';
import { until } from '../real/wait.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const SDKS = [
  {
    name: 'SDK 2.x',
    packages: ['api@1.9.1', 'sdk-metrics@2.12.0', 'resources@2.12.0', 'exporter-metrics-otlp-http@0.223.0'],
  },
  {
    name: 'SDK 3.x',
    packages: ['api@1.10.0', 'sdk-metrics@3.1.0', 'resources@3.1.0', 'exporter-metrics-otlp-http@0.301.0'],
  },
] as const;

const RESOLUTIONS = [
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
] as const;

/** Names every exported type. The API before 1.10 needs the type of `console`. */
const TYPES = `
declare global {
  const console: { readonly log: unknown };
}
import type { MeterProvider } from '@opentelemetry/api';
import { type EcsMetrics, type EcsMetricsOptions, startEcsMetrics, type VocabularyName } from 'ecs-container-exporter';

export const names: readonly VocabularyName[] = ['semconv', 'ecs'];
export const optionsFor = (meterProvider: MeterProvider): EcsMetricsOptions => ({ meterProvider, metricNames: names });
export const start = (provider: MeterProvider): EcsMetrics => startEcsMetrics(optionsFor(provider));
`;

const folder = mkdtempSync(join(tmpdir(), 'package-'));
let tarball = '';
before(async () => {
  tarball = await packHere(folder);
});
after(() => rmSync(folder, { recursive: true }));

/** The first block of TypeScript in docs/library.md. */
function sampleOfDocs(): string {
  const [, sample = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(ROOT, 'docs/library.md'), 'utf8')) ?? [];
  assert.match(sample, /startEcsMetrics\(/);
  return sample;
}

/** @throws with the compiler's messages. */
async function compile(
  project: FreshProject,
  file: string,
  resolution: (typeof RESOLUTIONS)[number],
  types: readonly string[],
): Promise<void> {
  const compilerOptions = {
    ...resolution,
    target: 'es2024',
    lib: types.length > 0 ? ['es2024', 'esnext'] : ['es2024'],
    strict: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    noEmit: true,
    types,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: [file] }));
  await project.run(TSC, '-p', 'tsconfig.json');
}

/** The demo's metadata endpoint, served by the installed program. Resolves with its address. */
async function startDemoEndpoint(t: TestContext, project: FreshProject): Promise<string> {
  const bin = project.bin('ecs-container-exporter');
  const server = await startServer(process.execPath, [bin, 'demo', '--endpoint-only'], { env: {} });
  t.after(() => server.stop());
  const address = (): string | undefined => /ECS_CONTAINER_METADATA_URI_V4=(\S+)/.exec(server.log())?.[1];
  await until('the endpoint', () => server.hasEnded() || address());
  return address() ?? assert.fail(server.log());
}

for (const { name, packages } of SDKS) {
  describe(`a project with ${name}`, () => {
    let project: FreshProject | undefined;
    const installed = (): FreshProject => {
      assert.ok(project, 'the project could not be installed');
      return project;
    };
    before(async () => {
      project = await createFreshProject([...packages.map((spec) => `@opentelemetry/${spec}`), tarball]);
      project.write('sample.ts', sampleOfDocs());
      project.write('types.ts', TYPES);
    });
    after(() => project?.remove());

    for (const resolution of RESOLUTIONS) {
      test(`the sample compiles, module resolution ${resolution.moduleResolution}`, async () => {
        await compile(installed(), 'sample.ts', resolution, ['node']);
      });

      test(`the types do not need those of Node.js, module resolution ${resolution.moduleResolution}`, async () => {
        await compile(installed(), 'types.ts', resolution, []);
      });
    }

    test('the sample exports the containers of the task, and ends on SIGTERM', async (t) => {
      const receiver = await startOtlpReceiver();
      t.after(() => receiver.close());
      const env = {
        ECS_CONTAINER_METADATA_URI_V4: await startDemoEndpoint(t, installed()),
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      };
      const sample = await startServer(process.execPath, ['sample.ts'], { env, cwd: installed().folder });
      t.after(() => sample.stop());
      await until('an export', () => sample.hasEnded() || receiver.exports[0]);
      assert.equal(sample.hasEnded(), false, sample.log());
      const ending = await sample.stop();
      assert.deepEqual([ending.code, ending.signal], [0, null], sample.log());
      assert.equal(sample.log(), '');

      const exported = receiver.exports.at(-1);
      assert.ok(exported !== undefined && receiver.exports.length > 1, 'no last export');
      assert.equal(exported.resource.get('service.name'), 'shop');
      assert.match(`${exported.resource.get('aws.ecs.task.arn')}`, /^arn:aws:ecs:eu-west-1:111122223333:task\//);
      const [memory] = pointsOf(exported, 'container.memory.usage', { 'container.name': 'web' });
      assert.ok(memory !== undefined && memory.value > 1024 ** 2, `${memory?.value} bytes`);
      const [time] = pointsOf(exported, 'container.cpu.time', { 'container.name': 'web' });
      assert.ok(time !== undefined && time.value > 0, `${time?.value} s`);
    });

    test('there is one copy of the API', () => {
      assert.deepEqual(installed().copies('@opentelemetry/api'), ['@opentelemetry/api']);
    });

    test('the installation ran no scripts', () => {
      assert.ok(installed().copies('ecs-container-exporter').length === 1);
      assert.deepEqual(installed().withInstallScripts(), []);
    });
  });
}

describe('the linters of packages', () => {
  let tools: FreshProject | undefined;
  before(async () => {
    tools = await createFreshProject(['publint@0.3.25', '@arethetypeswrong/cli@0.18.5']);
  });
  after(() => tools?.remove());

  test('publint', async () => {
    assert.ok(tools);
    assert.match(await tools.run(tools.bin('publint'), 'run', tarball, '--strict'), /^All good!$/m);
  });

  test('attw reports only that the package has no CommonJS', async () => {
    assert.ok(tools);
    await tools.run(tools.bin('attw'), tarball, '--profile', 'esm-only');
  });
});
