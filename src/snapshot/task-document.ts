import { parseContainerInfo } from './container-info.ts';
import {
  type InvalidValues,
  type IsWanted,
  isObject,
  type JsonObject,
  listOf,
  member,
  objectOf,
  textOf,
} from './json-values.ts';
import { parseNetworkSettings, resolveNetworkNamespaces } from './network-namespace.ts';
import type { ContainerInfo, NetworkSettings, TaskInfo, TaskMetadata } from './snapshot.ts';
import { parseTaskInfo } from './task-info.ts';

/** ECS allows 255 characters. */
const MAX_NAME = 255;
/** ECS allows 10. A local endpoint lists every container of a machine. Bounds the cost of one document. */
const MAX_CONTAINERS = 1000;

export interface TaskOptions {
  /** The previous metadata: a container without `Networks` keeps its last network settings. */
  readonly earlier?: TaskMetadata | undefined;
  /** Selects Docker labels. @default none */
  readonly isLabelWanted?: IsWanted | undefined;
}

/**
 * Parses `/task` of the metadata endpoint v3 or v4. Undefined if the document is not a task.
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
  const parsed = new Map<string, ParsedContainer>();
  let isTruncated = false;
  const items = list ?? [];
  for (const [index, item] of items.entries()) {
    if (parsed.size >= MAX_CONTAINERS) {
      isTruncated = true;
      invalidValues.add('too_many', items.length - index);
      break;
    }
    const entry = objectOf(item, invalidValues);
    const container = entry && parseContainer(entry, options, invalidValues);
    if (container === undefined) continue;
    if (parsed.has(container.info.id)) invalidValues.add('duplicate_id');
    else parsed.set(container.info.id, container);
  }
  return { ...assemble(task, parsed), isTruncated };
}

/**
 * Number of containers in a document in which none has both an id and a name, else 0. Such a document does not have the keys
 * of ECS, so it is an error, not an empty task. A container whose image is pulled but that is not created has the id "".
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

interface ParsedContainer {
  readonly info: Omit<ContainerInfo, 'networkNamespace' | 'sharesNetworkNamespace'>;
  readonly settings: NetworkSettings;
  readonly isNormal: boolean;
}

function assemble(task: TaskInfo, parsed: ReadonlyMap<string, ParsedContainer>): Omit<TaskMetadata, 'isTruncated'> {
  const namespaces = resolveNetworkNamespaces(parsed, task.launchType);
  const containers: ContainerInfo[] = [];
  const internalContainers: ContainerInfo[] = [];
  for (const [id, { info, isNormal }] of parsed) {
    const networkNamespace = namespaces.get(id) ?? { key: id, isShared: false };
    const list = isNormal ? containers : internalContainers;
    list.push({ ...info, networkNamespace: networkNamespace.key, sharesNetworkNamespace: networkNamespace.isShared });
  }
  const networkSettings = new Map([...parsed].map(([id, { settings }]) => [id, settings]));
  // Sorted, because Go maps have no stable order.
  return {
    task,
    containers: containers.sort(byName),
    internalContainers: internalContainers.sort(byName),
    networkSettings,
  };
}

function byName(a: ContainerInfo, b: ContainerInfo): number {
  return compare(a.name, b.name) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Undefined without a name or an id. ECS lists containers that are pulled but not created with an empty id. */
function parseContainer(
  container: JsonObject,
  { earlier, isLabelWanted }: TaskOptions,
  invalidValues: InvalidValues,
): ParsedContainer | undefined {
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
    isNormal: type === 'NORMAL',
    settings: parseNetworkSettings(container, invalidValues) ?? earlier?.networkSettings.get(id) ?? { addresses: '' },
    info: parseContainerInfo(container, { id, name }, isLabelWanted, invalidValues),
  };
}
