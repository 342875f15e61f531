import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startExporter } from '../../src/exporter.ts';
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';
import { VOCABULARIES } from '../../src/metrics/vocabulary.ts';
import { testConfig } from '../helpers/config.ts';
import { startFaultEndpoint } from '../helpers/fault-endpoint.ts';
import { recordingLogger } from '../helpers/recording-logger.ts';
import { scrape, withoutVolatile } from '../helpers/scrape.ts';
import { until } from '../real/wait.ts';

/**
 * A folder under test/scenarios: `task.json`, `stats-1.json`, `stats-2.json`, ... (one poll each; `task-<n>.json` where
 * the metadata changes with a poll), `args.json` (include, exclude, container-labels, task-tags), `task-with-tags.json` (what
 * `/taskWithTags` answers), `cgroup/` (a cgroup file system), `why.md`, and the pages expected after the last poll.
 */
export interface Scenario {
  readonly name: string;
  readonly folder: string;
  /** Raw documents, one a poll. */
  readonly polls: readonly { readonly task: string; readonly stats: string }[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly containerLabels: readonly string[];
  readonly taskTags: readonly string[];
  /** What `/taskWithTags` answers; nothing means 404. */
  readonly taskWithTags?: string | undefined;
  /** Where the task's cgroup is looked for. */
  readonly cgroupRoot?: string | undefined;
}

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
  const args: unknown = existsSync(join(folder, 'args.json'))
    ? JSON.parse(readFileSync(join(folder, 'args.json'), 'utf8'))
    : {};
  const withTags = join(folder, 'task-with-tags.json');
  const cgroup = join(folder, 'cgroup');
  return {
    name,
    folder,
    polls,
    include: patterns(args, 'include'),
    exclude: patterns(args, 'exclude'),
    containerLabels: patterns(args, 'container-labels'),
    taskTags: patterns(args, 'task-tags'),
    taskWithTags: existsSync(withTags) ? readFileSync(withTags, 'utf8') : undefined,
    cgroupRoot: existsSync(cgroup) ? cgroup : undefined,
  };
}

/** As on the command line: comma-separated, trimmed. */
function patterns(args: unknown, key: string): readonly string[] {
  const text = typeof args === 'object' && args !== null ? Reflect.get(args, key) : undefined;
  if (typeof text !== 'string') return [];
  return text
    .split(',')
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== '');
}

/** The environment of a scenario. */
export interface ScenarioEndpoint {
  readonly url: string;
  publish(answers: { task: string; stats: string; taskWithTags: string | undefined }): void;
  /** Resolves once the request for tags has been answered: no poll waits for it. */
  tagsAnswered?(): Promise<unknown>;
}

/** The page of each vocabulary after the scenario's polls: endpoint, exporter and scrape over real HTTP. */
export async function playScenario(scenario: Scenario): Promise<Readonly<Record<VocabularyName, string>>> {
  const pages: Record<VocabularyName, string> = { ecs: '', semconv: '' };
  for (const vocabulary of VOCABULARIES) {
    const endpoint = await startFaultEndpoint();
    const place: ScenarioEndpoint = {
      url: endpoint.url,
      publish: (answers) => void Object.assign(endpoint, answers),
      // Their connection is closed after the answer; that of the polls is kept.
      tagsAnswered: () =>
        until('the answer with tags', () => {
          const isRequested = endpoint.requests.some(({ path }) => path.endsWith('/taskWithTags'));
          return isRequested && endpoint.openConnections === 1 ? true : undefined;
        }),
    };
    try {
      pages[vocabulary] = await playScenarioOn(place, scenario, vocabulary);
    } finally {
      await endpoint.close();
    }
  }
  return pages;
}

/** The page of one vocabulary. */
export async function playScenarioOn(
  endpoint: ScenarioEndpoint,
  scenario: Scenario,
  vocabulary: VocabularyName,
): Promise<string> {
  const { polls, include, exclude, containerLabels, taskTags, taskWithTags, cgroupRoot } = scenario;
  const [first, ...rest] = polls;
  if (first === undefined) throw new Error(`no polls in ${scenario.folder}`);
  endpoint.publish({ ...first, taskWithTags });
  const vocabularies = { prometheus: [vocabulary], otlp: [], console: [], statsd: [] };
  const config = testConfig(endpoint.url, {
    include,
    exclude,
    containerLabels,
    taskTags,
    cgroupRoot,
    vocabularies,
    metrics: ['all'],
  });
  const exporter = await startExporter(config, recordingLogger());
  try {
    await exporter.poll();
    if (taskTags.length > 0) await endpoint.tagsAnswered?.();
    for (const poll of rest) {
      endpoint.publish({ ...poll, taskWithTags });
      await exporter.poll();
    }
    return withoutVolatile(await scrape(exporter));
  } finally {
    await exporter.shutdown();
  }
}
