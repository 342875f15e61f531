import { createEcsTaskSource } from '../../../src/sources/ecs-task/ecs-task-source.ts';
import { EndpointError, type EndpointErrorCode } from '../../../src/sources/ecs-task/endpoint-error.ts';
import type { TaskSource } from '../../../src/sources/task-source.ts';

export interface GoodAnswer {
  readonly read: number;
  readonly used: number;
  readonly started?: number;
  readonly arn?: string;
}

/** Result of the next poll: CPU seconds of the container at a reading, or a failure of both documents or of one. */
export type Answer = GoodAnswer | { readonly fails: EndpointErrorCode; readonly document?: 'task' | 'stats' };

export interface ScriptedPoll {
  readonly source: TaskSource;
  /** The response of each poll until changed. */
  answer: Answer;
  /** Number of polls that have started. */
  readonly polls: number;
}

const ORIGIN_MS = Date.UTC(2026, 0, 1);

const iso = (seconds: number): string => new Date(ORIGIN_MS + seconds * 1000).toISOString();

/** The real source with a scripted endpoint, which waits for `delay` before each response. */
export function scriptedPoll(first: Answer, delay: () => Promise<void> = async () => {}): ScriptedPoll {
  let polls = 0;
  let read: Answer = first;
  const fetch = (which: 'task' | 'stats', document: (answer: Answer) => unknown) => async (): Promise<unknown> => {
    if (which === 'stats') {
      polls += 1;
      read = script.answer;
      await delay();
    }
    if ('fails' in read && (read.document ?? which) === which) throw new EndpointError(read.fails, read.fails);
    return document(read);
  };
  const script: ScriptedPoll = {
    source: createEcsTaskSource({
      fetchTask: fetch('task', taskOf),
      fetchStats: fetch('stats', statsOf),
      close: () => {},
    }),
    answer: first,
    get polls() {
      return polls;
    },
  };
  return script;
}

export function taskOf(answer: Answer): unknown {
  const { started = 0, arn = 'arn:aws:ecs:eu-west-1:111122223333:task/c/abc' } = 'fails' in answer ? {} : answer;
  const container = { DockerId: 'id', Name: 'app', KnownStatus: 'RUNNING', StartedAt: iso(started) };
  return { TaskARN: arn, LaunchType: 'FARGATE', Limits: { CPU: 1 }, Containers: [container] };
}

export function statsOf(answer: Answer): unknown {
  const { read, used } = 'fails' in answer ? { read: 1000, used: 1000 } : answer;
  return {
    id: {
      read: iso(read),
      cpu_stats: { cpu_usage: { total_usage: used * 1e9 }, online_cpus: 2 },
      memory_stats: { usage: 1 },
      networks: { eth1: { rx_bytes: read } },
    },
  };
}
