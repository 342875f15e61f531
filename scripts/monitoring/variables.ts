import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardName } from './dashboards.ts';
import { DATASOURCE } from './grafana-panel.ts';
import { CLUSTER, SERVICE, TARGET_INFO, TASK_ID } from './identity.ts';
import { CONTAINER } from './metrics.ts';
import type { QueryBuilder, TaskFilter } from './query-builder.ts';

/** Grafana escapes the values of variables with several values for regular expressions; `All` matches a missing label too. */
const JOB = 'job=~"$job"';
const CLUSTERS = `${CLUSTER}=~"$cluster"`;

/** The tasks that each dashboard shows. */
export const FILTERS: Readonly<Record<DashboardName, TaskFilter>> = {
  task: { tasks: [JOB, CLUSTERS, `${SERVICE}=~"$service"`, `${TASK_ID}="$task"`], hasContainers: true },
  service: { tasks: [JOB, CLUSTERS, `${SERVICE}="$service"`], hasContainers: true },
  fleet: { tasks: [JOB, CLUSTERS], hasContainers: false },
};

export function variablesOf(dashboard: DashboardName, q: QueryBuilder) {
  const { tasks, hasContainers } = FILTERS[dashboard];
  const values = (label: string, matchers: readonly string[]) =>
    `label_values(${TARGET_INFO}{${[...matchers, `${label}!=""`].join(', ')}}, ${label})`;
  const containers = q.aggregate('group', [CONTAINER], q.select('container_running', 'container'));
  const service = query('service', 'Service', values(SERVICE, tasks.slice(0, 2)));
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    several(query('job', 'Job', `label_values(${q.name('exporter_status', 'exporter')}, job)`)),
    // Shows the cluster's name for its ARN.
    several(query('cluster', 'Cluster', values(CLUSTER, [JOB])).regex('/(?<value>.*\\/(?<text>.+))/')),
    ...(dashboard === 'service' ? [service] : []),
    ...(dashboard === 'task' ? [several(service), query('task', 'Task', values(TASK_ID, tasks.slice(0, 3)))] : []),
    ...(hasContainers
      ? [several(query('container', 'Container', `query_result(${containers})`).regex(`/${CONTAINER}="([^"]+)"/`))]
      : []),
  ];
}

function query(name: string, label: string, text: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query: text, refId: name })
    .definition(text)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

function several(variable: QueryVariableBuilder): QueryVariableBuilder {
  return variable
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
