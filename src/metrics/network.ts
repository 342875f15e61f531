import { COUNTER_GROUPS, resetOf } from '../history/view.ts';
import type { InterfaceCounter } from '../snapshot/snapshot.ts';
import type { MetricRow, Point, SemconvNames } from './row.ts';
import type { ContainerScope } from './scope.ts';

type Direction = 'receive' | 'transmit';

const NOTE = 'Containers of one network namespace (awsvpc) all show the same counters.';

/**
 * The agent reads them from the namespace itself, every 10 s, and puts the latest into each container's stats, whose `read`
 * moves every second.
 *
 * @see https://github.com/aws/amazon-ecs-agent/blob/master/agent/stats/task.go
 */
const RENEWED = 'renewed every 10 s in awsvpc tasks (rates over less than 30 s alternate)';

function semconv(name: string, unit: string, direction: Direction, what: string): SemconvNames {
  return {
    container: `${name === 'io' ? 'container' : 'aws.ecs.container'}.network.${name}`,
    task: `aws.ecs.task.network.${name}`,
    unit,
    constants: { 'network.io.direction': direction },
    description: `${what}. ${OWN}`,
    taskDescription: `${what}, each network namespace of the task counted once.`,
  };
}

function row(counter: InterfaceCounter, what: string, names: SemconvNames): MetricRow {
  return {
    family: 'network',
    kind: 'counter',
    valueType: 'int',
    description: `${what} since the network namespace was made. ${NOTE}`,
    source: `networks.<iface>.${counter}, ${RENEWED}; of the task: each namespace once`,
    stability: 'compatible',
    dimensions: ['iface'],
    ecs: { name: `network_${counter}` },
    semconv: names,
    container: (scope) => interfaces(scope, counter),
    task: ({ totals }) => totals[counter],
  };
}

const OWN = 'By container only where it has a network namespace of its own (not in awsvpc tasks: Fargate).';
const BYTES = 'Bytes received and sent';
const PACKETS = 'Packets received and sent';
const ERRORS = 'Errors while receiving and sending packets';
const DROPPED = 'Packets dropped while receiving and sending';

export const NETWORK_ROWS: Readonly<Record<`network_${InterfaceCounter}`, MetricRow>> = {
  network_rx_bytes: row('rx_bytes', 'Bytes received', semconv('io', 'By', 'receive', BYTES)),
  network_rx_packets: row('rx_packets', 'Packets received', semconv('packets', '{packet}', 'receive', PACKETS)),
  network_rx_errors: row('rx_errors', 'Receive errors', semconv('errors', '{error}', 'receive', ERRORS)),
  network_rx_dropped: row('rx_dropped', 'Received packets dropped', semconv('dropped', '{packet}', 'receive', DROPPED)),
  network_tx_bytes: row('tx_bytes', 'Bytes sent', semconv('io', 'By', 'transmit', BYTES)),
  network_tx_packets: row('tx_packets', 'Packets sent', semconv('packets', '{packet}', 'transmit', PACKETS)),
  network_tx_errors: row('tx_errors', 'Send errors', semconv('errors', '{error}', 'transmit', ERRORS)),
  network_tx_dropped: row('tx_dropped', 'Packets to send dropped', semconv('dropped', '{packet}', 'transmit', DROPPED)),
};

/**
 * Every container shows the counters of its network namespace. In the semconv vocabulary `container.network.io` is the
 * container's own traffic, so a shared namespace appears only as the task's.
 */
function interfaces(scope: ContainerScope, counter: InterfaceCounter): readonly Point[] {
  const { sharesNetworkNamespace } = scope.info;
  return Array.from(scope.sample?.networks ?? [], ([iface, counters]): Point => {
    const resetNs = resetOf(scope, COUNTER_GROUPS.network(iface), counter);
    const point = { value: counters[counter], dimensions: { iface } };
    // A shared namespace outlives the container's run; no source reports its start.
    return sharesNetworkNamespace
      ? { ...point, only: 'ecs', startTimeNs: resetNs ?? null }
      : { ...point, startTimeNs: resetNs };
  });
}
