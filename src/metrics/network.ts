import { COUNTER_GROUPS, resetTimeOf } from '../history/view.ts';
import type { InterfaceCounter } from '../snapshot/snapshot.ts';
import type { MetricRow, Point, SemconvNames } from './row.ts';
import type { ContainerScope } from './scope.ts';

type Direction = 'receive' | 'transmit';

const SHARED = 'Containers that share a namespace (awsvpc) report the same counters.';

/**
 * In awsvpc tasks the agent reads the counters of the namespace every 10 s and copies the latest into the stats of each
 * container, whose `read` advances every second.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/stats/task.go
 */
const UPDATES = 'updated every 10 s in awsvpc tasks (use rate windows of at least 30 s)';

function semconv(name: string, unit: string, direction: Direction, what: string): SemconvNames {
  return {
    container: `${name === 'io' ? 'container' : 'aws.ecs.container'}.network.${name}`,
    task: `aws.ecs.task.network.${name}`,
    unit,
    constants: { 'network.io.direction': direction },
    description: `${what}. ${OWN}`,
    taskDescription: `${what}, counting each network namespace of the task once.`,
  };
}

function row(counter: InterfaceCounter, what: string, names: SemconvNames): MetricRow {
  return {
    family: 'network',
    kind: 'counter',
    valueType: 'int',
    description: `${what} since the network namespace was created. ${SHARED}`,
    source: `networks.<iface>.${counter}, ${UPDATES}; for the task: each namespace once`,
    stability: 'compatible',
    dimensions: ['iface'],
    ecs: { name: `network_${counter}` },
    semconv: names,
    container: (scope) => interfaces(scope, counter),
    task: ({ totals }) => totals[counter],
  };
}

const OWN = 'Per container only if it has its own network namespace (not in awsvpc tasks, hence not on Fargate).';
const BYTES = 'Bytes received and transmitted';
const PACKETS = 'Packets received and transmitted';
const ERRORS = 'Receive and transmit errors';
const DROPPED = 'Incoming and outgoing packets dropped';

export const NETWORK_ROWS: Readonly<Record<`network_${InterfaceCounter}`, MetricRow>> = {
  network_rx_bytes: row('rx_bytes', 'Bytes received', semconv('io', 'By', 'receive', BYTES)),
  network_rx_packets: row('rx_packets', 'Packets received', semconv('packets', '{packet}', 'receive', PACKETS)),
  network_rx_errors: row('rx_errors', 'Receive errors', semconv('errors', '{error}', 'receive', ERRORS)),
  network_rx_dropped: row('rx_dropped', 'Incoming packets dropped', semconv('dropped', '{packet}', 'receive', DROPPED)),
  network_tx_bytes: row('tx_bytes', 'Bytes transmitted', semconv('io', 'By', 'transmit', BYTES)),
  network_tx_packets: row('tx_packets', 'Packets transmitted', semconv('packets', '{packet}', 'transmit', PACKETS)),
  network_tx_errors: row('tx_errors', 'Transmit errors', semconv('errors', '{error}', 'transmit', ERRORS)),
  network_tx_dropped: row(
    'tx_dropped',
    'Outgoing packets dropped',
    semconv('dropped', '{packet}', 'transmit', DROPPED),
  ),
};

/**
 * The ecs vocabulary exports the counters of the network namespace for each container. In semconv, `container.network.io`
 * is the traffic of one container, so a shared namespace is exported for the task only.
 */
function interfaces(scope: ContainerScope, counter: InterfaceCounter): readonly Point[] {
  const points: Point[] = [];
  for (const [iface, counters] of scope.sample?.networks ?? []) {
    const value = counters[counter];
    const dimensions = { iface };
    const resetNs = resetTimeOf(scope, COUNTER_GROUPS.network(iface), counter);
    // A shared namespace outlives the run of the container, and no source reports when it was created.
    if (scope.info.sharesNetworkNamespace)
      points.push({ value, dimensions, only: 'ecs', startTimeNs: resetNs ?? null });
    else points.push({ value, dimensions, startTimeNs: resetNs });
  }
  return points;
}
