import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { startExporter } from '../../src/exporter.ts';
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';
import { globsOf, metricsOf, testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { scrape, withoutVolatile } from '../helpers/scrape.ts';
import { until } from '../real/wait.ts';

/**
 * A folder under test/scenarios: `task.json`, `stats-1.json`, `stats-2.json`, ... (one poll each; `task-<n>.json` where
 * the metadata changes), `args.json` (command-line options), `task-with-tags.json` (the response of
 * `/taskWithTags`), `cgroup/` (a cgroup file system), `why.md`, and the pages expected after the last poll.
 */
export interface Scenario {
  readonly name: string;
  readonly folder: string;
  /** Raw documents, one per poll. */
  readonly polls: readonly { readonly task: string; readonly stats: string }[];
  /** Metrics under test. The expected pages contain only these. */
  readonly metrics: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly containerLabels: readonly string[];
  readonly taskTags: readonly string[];
  /** Response of `/taskWithTags`; 404 if undefined. */
  readonly taskWithTags?: string | undefined;
  /** Root of the cgroup file system. */
  readonly cgroupRoot?: string | undefined;
}

/** A comma-separated list, as on the command line. */
const list = v.optional(
  v.pipe(
    v.string(),
    v.transform((text) => text.split(',').map((item) => item.trim())),
    v.transform((items) => items.filter((item) => item !== '')),
  ),
  '',
);

const argsFile = v.strictObject({
  metrics: list,
  include: list,
  exclude: list,
  'container-labels': list,
  'task-tags': list,
});

export function readScenarios(root: string): readonly Scenario[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => readScenario(join(root, entry.name), entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function readScenario(folder: string, name: string): Scenario {
  const polls: { task: string; stats: string }[] = [];
  let task = '';
  for (let number = 1; existsSync(join(folder, `stats-${number}.json`)); number += 1) {
    for (const file of ['task.json', `task-${number}.json`]) {
      if (existsSync(join(folder, file)) && (file !== 'task.json' || number === 1)) {
        task = readFileSync(join(folder, file), 'utf8');
      }
    }
    polls.push({ task, stats: readFileSync(join(folder, `stats-${number}.json`), 'utf8') });
  }
  const args = v.parse(argsFile, JSON.parse(readFileSync(join(folder, 'args.json'), 'utf8')));
  const withTags = join(folder, 'task-with-tags.json');
  const cgroup = join(folder, 'cgroup');
  return {
    name,
    folder,
    polls,
    metrics: args.metrics,
    include: args.include,
    exclude: args.exclude,
    containerLabels: args['container-labels'],
    taskTags: args['task-tags'],
    taskWithTags: existsSync(withTags) ? readFileSync(withTags, 'utf8') : undefined,
    cgroupRoot: existsSync(cgroup) ? cgroup : undefined,
  };
}

/** The environment of a scenario. */
export interface ScenarioEndpoint {
  readonly url: string;
  publish(answers: { task: string; stats: string; taskWithTags: string | undefined }): void;
  /** Resolves once the request for tags has been answered: no poll waits for it. */
  tagsAnswered?(): Promise<unknown>;
}

/** Options for playing a scenario. */
export interface PlayOptions {
  readonly vocabularies: readonly VocabularyName[];
  readonly metrics: readonly string[];
}

/** The page after each poll: endpoint, exporter and scrape over real HTTP. */
export async function playScenario(scenario: Scenario, options: PlayOptions): Promise<readonly string[]> {
  const endpoint = await startFaultEndpoint();
  const place: ScenarioEndpoint = {
    url: endpoint.url,
    publish: (answers) => void Object.assign(endpoint, answers),
    // The connection of tag requests is closed after the response; that of the polls is kept.
    tagsAnswered: () =>
      until('the answer with tags', () => {
        const isRequested = endpoint.requests.some(({ path }) => path.endsWith('/taskWithTags'));
        return isRequested && endpoint.openConnections === 1 ? true : undefined;
      }),
  };
  try {
    return await playScenarioOn(place, scenario, options);
  } finally {
    await endpoint.close();
  }
}

export async function playScenarioOn(
  endpoint: ScenarioEndpoint,
  scenario: Scenario,
  { vocabularies, metrics }: PlayOptions,
): Promise<readonly string[]> {
  const { polls, include, exclude, containerLabels, taskTags, taskWithTags, cgroupRoot } = scenario;
  const [first, ...rest] = polls;
  if (first === undefined) throw new Error(`no polls in ${scenario.folder}`);
  endpoint.publish({ ...first, taskWithTags });
  const config = testConfig(endpoint.url, {
    include: globsOf(...include),
    exclude: globsOf(...exclude),
    containerLabels: globsOf(...containerLabels),
    taskTags: globsOf(...taskTags),
    cgroupRoot,
    vocabularies: { prometheus: vocabularies, otlp: [], console: [], statsd: [] },
    metrics: metricsOf(...metrics),
  });
  const exporter = await startExporter(config, recordingLogger());
  try {
    await exporter.poll();
    if (taskTags.length > 0) await endpoint.tagsAnswered?.();
    const pages = [withoutVolatile(await scrape(exporter))];
    for (const poll of rest) {
      endpoint.publish({ ...poll, taskWithTags });
      await exporter.poll();
      pages.push(withoutVolatile(await scrape(exporter)));
    }
    return pages;
  } finally {
    await exporter.shutdown();
  }
}
