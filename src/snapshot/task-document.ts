import { parseContainerInfo } from './container-info.ts';
import { parseNetworkSettings, resolveNetworkNamespaces } from './network-namespace.ts';
import type { ContainerInfo, NetworkSettings, TaskInfo, TaskMetadata } from './snapshot.ts';
import { parseTaskInfo } from './task-info.ts';
import {
  type InvalidValues,
  type IsWanted,
  isObject,
  type JsonObject,
  listOf,
  member,
  objectOf,
  textOf,
} from './values.ts';

/** ECS allows 255 characters. */
const MAX_NAME = 255;
/** ECS allows 10; a local endpoint shows every container of a machine. Bounds what one document can cost. */
const MAX_CONTAINERS = 5000;

export interface TaskOptions {
  /** The document before: a container that says nothing about its network now is where it was. */
  readonly earlier?: TaskMetadata | undefined;
  /** Which docker labels of the containers to keep. @default none */
  readonly isLabelWanted?: IsWanted | undefined;
}

/**
 * `/task` of the metadata endpoint, v3 or v4. Undefined where the document is no task at all.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
 */
export function parseTask(
  document: unknown,
  invalidValues: InvalidValues,
  options: TaskOptions = {},
): TaskMetadata | undefined {
  const object = objectOf(document, invalidValues);
  if (object === undefined) return undefined;
  const task = parseTaskInfo(object, invalidValues);
  const list = listOf(member(object, 'Containers'), invalidValues);
  if (list === undefined && task.arn === undefined) return undefined;
  const drafts = new Map<string, Draft>();
  for (const item of list ?? []) {
    const container = objectOf(item, invalidValues);
    const draft = container && parseContainer(container, options, invalidValues);
    if (draft === undefined) continue;
    if (drafts.has(draft.info.id)) invalidValues.add('duplicate_id');
    else if (drafts.size >= MAX_CONTAINERS) invalidValues.add('too_many');
    else drafts.set(draft.info.id, draft);
  }
  return assemble(task, drafts);
}

/**
 * Number of containers in a document in which none has both an id and a name, else 0. The keys of such a document are not
 * those of ECS, so it is an error, not an empty task. A container that is pulled but not created has the id "".
 */
export function unidentifiedContainers(document: unknown): number {
  const list = isObject(document) ? member(document, 'Containers') : undefined;
  if (!Array.isArray(list)) return 0;
  const isKnown = list.some((container: unknown) => {
    if (!isObject(container)) return false;
    const id = member(container, 'DockerId');
    const name = member(container, 'Name');
    return id === '' || (typeof id === 'string' && typeof name === 'string' && name !== '');
  });
  return isKnown ? 0 : list.length;
}

interface Draft {
  readonly info: Omit<ContainerInfo, 'networkNamespace' | 'sharesNetworkNamespace'>;
  readonly settings: NetworkSettings;
  readonly isUsers: boolean;
}

function assemble(task: TaskInfo, drafts: ReadonlyMap<string, Draft>): TaskMetadata {
  const namespaces = resolveNetworkNamespaces(drafts, task.launchType);
  const containers: ContainerInfo[] = [];
  const internals: ContainerInfo[] = [];
  for (const [id, { info, isUsers }] of drafts) {
    const networkNamespace = namespaces.get(id) ?? { key: id, isShared: false };
    const list = isUsers ? containers : internals;
    list.push({ ...info, networkNamespace: networkNamespace.key, sharesNetworkNamespace: networkNamespace.isShared });
  }
  // Go's maps give the containers in another order each time.
  const networkSettings = new Map([...drafts].map(([id, { settings }]) => [id, settings]));
  return { task, containers: containers.sort(byName), internals: internals.sort(byName), networkSettings };
}

function byName(a: ContainerInfo, b: ContainerInfo): number {
  return compare(a.name, b.name) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Undefined for what cannot be told apart: no id (ECS lists containers that are pulled but not created so), no name. */
function parseContainer(
  container: JsonObject,
  { earlier, isLabelWanted }: TaskOptions,
  invalidValues: InvalidValues,
): Draft | undefined {
  const id = textOf(member(container, 'DockerId'), invalidValues);
  const name = textOf(member(container, 'Name'), invalidValues, MAX_NAME);
  if (id === undefined) {
    if (member(container, 'DockerId') !== '') invalidValues.add('no_id');
    return undefined;
  }
  if (name === undefined) {
    invalidValues.add('no_name');
    return undefined;
  }
  const type = textOf(member(container, 'Type'), invalidValues)?.toUpperCase() ?? 'NORMAL';
  return {
    isUsers: type === 'NORMAL',
    settings: parseNetworkSettings(container, invalidValues) ?? earlier?.networkSettings.get(id) ?? { addresses: '' },
    info: parseContainerInfo(container, { id, name }, isLabelWanted, invalidValues),
  };
}
