import { at, listAt, textAt } from '../real/json.ts';
import { bareContainer, inspectedContainer, taskAround } from './engine-task.ts';
import { documentOf, filesIn, OUR_FOLDER, type Recording, textOf } from './recording.ts';

const ENGINES = ['cgroup1', 'cgroup2'];
const SHAPES = ['oneshot', 'stats'];
const SEQUENCES = 'docker-sequences';

/** All of our recordings, as tasks. Engines report single containers, so their task documents are generated. */
export function ourRecordings(): readonly Recording[] {
  return [
    ...ENGINES.flatMap((engine) => [
      ...SHAPES.map((shape) => engineRecording(engine, shape)),
      restarted(engine),
      lifecycle(engine),
      recordedTask(`${engine}-task`),
    ]),
    ...SHAPES.map(sequence),
    reset(),
    stream(),
  ];
}

function recordedTask(folder: string): Recording {
  const stats = [1, 2, 3].map((number) => `${folder}/stats-${number}.json`);
  const task = documentOf(OUR_FOLDER, `${folder}/task.json`);
  return {
    name: folder,
    polls: stats.map((file) => ({ task, stats: documentOf(OUR_FOLDER, file) })),
    sharesNetwork: false,
    files: [`${folder}/task.json`, ...stats],
  };
}

/** All kinds of containers of an engine, as one task. */
function engineRecording(engine: string, shape: string): Recording {
  const kinds = filesMatching(new RegExp(`^(${engine}/[^/]+)/inspect\\.json$`));
  const statsFile = (kind: string, number: number): string => `${kind}/${shape}-${number}.json`;
  return recordingOf(
    `${engine} ${shape}`,
    kinds.map((kind) => ({ inspect: `${kind}/inspect.json`, stats: [1, 2].map((number) => statsFile(kind, number)) })),
    false,
  );
}

function sequence(shape: string): Recording {
  // resetme is a separate sequence.
  const names = filesMatching(new RegExp(`^${SEQUENCES}/inspect_(.+)\\.json$`)).filter((name) => name !== 'resetme');
  return recordingOf(
    `${SEQUENCES} ${shape}`,
    names.map((name) => ({
      inspect: `${SEQUENCES}/inspect_${name}.json`,
      stats: [0, 1, 2].map((number) => `${SEQUENCES}/${shape}_${name}_t${number}.json`),
    })),
    true,
  );
}

function reset(): Recording {
  const steps = ['0_fresh_start_oneshot', '1_before_restart', '2_after_restart', '3_after_restart'];
  const stats = steps.map((step) => `${SEQUENCES}/resetme_${step}.json`);
  return recordingOf(`${SEQUENCES} resetme`, [{ inspect: `${SEQUENCES}/inspect_resetme.json`, stats }], false);
}

/** Containers with one document per poll. */
function recordingOf(
  name: string,
  containers: readonly { readonly inspect: string; readonly stats: readonly string[] }[],
  sharesNetwork: boolean,
): Recording {
  const inspected = containers.map(({ inspect }) => documentOf(OUR_FOLDER, inspect));
  const task = taskAround(inspected.map(inspectedContainer));
  const ids = inspected.map((one) => textAt(one, 'Id'));
  const polls = (containers[0]?.stats ?? []).map((_, poll) => ({
    task,
    stats: Object.fromEntries(
      containers.map(({ stats }, i) => [ids[i], documentOf(OUR_FOLDER, stats[poll] ?? 'missing')]),
    ),
  }));
  return { name, polls, sharesNetwork, files: containers.flatMap(({ inspect, stats }) => [inspect, ...stats]) };
}

function restarted(engine: string): Recording {
  const files = [1, 2].map((number) => `${engine}/restarted/oneshot-${number}.json`);
  const documents = files.map((file) => documentOf(OUR_FOLDER, file));
  return { ...alone(`${engine} restarted`, documents.map(running)), files };
}

/** `[[state, stats], ...]` */
function lifecycle(engine: string): Recording {
  const file = `${engine}/restarted/lifecycle.json`;
  const steps = listAt(documentOf(OUR_FOLDER, file)).map((step) => ({
    state: textAt(step, 0),
    document: at(step, 1),
  }));
  return { ...alone(`${engine} lifecycle`, steps), files: [file] };
}

function stream(): Recording {
  const file = `${SEQUENCES}/stream_app_3_records.ndjson`;
  const lines = textOf(OUR_FOLDER, file).trim().split('\n');
  const documents = lines.map((line): unknown => JSON.parse(line));
  return { ...alone('stream', documents.map(running)), files: [file] };
}

function running(document: unknown): { readonly state: string; readonly document: unknown } {
  return { state: 'running', document };
}

/** One container without an inspect document. */
function alone(
  name: string,
  steps: readonly { readonly state: string; readonly document: unknown }[],
): Omit<Recording, 'files'> {
  const polls = steps.map(({ state, document }) => ({
    task: taskAround([bareContainer('one', 'alone', state)]),
    stats: { one: document },
  }));
  return { name, polls, sharesNetwork: false };
}

/** First group of the pattern, for each matching file. */
function filesMatching(pattern: RegExp): readonly string[] {
  return filesIn(OUR_FOLDER).flatMap((file) => pattern.exec(file)?.[1] ?? []);
}
