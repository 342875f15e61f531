import { PUBLIC_FOLDER, type Recording, textOf } from './recording.ts';

/** A series and its expected value, calculated by hand from the document. */
export type Expected = readonly [name: string, labels: Readonly<Record<string, string>>, value: number];

export interface PublicRecording {
  readonly metadata: string;
  readonly stats: string;
  readonly sharesNetwork: boolean;
  readonly values: readonly Expected[];
  /** Names that must not exist with these labels. */
  readonly absent: readonly (readonly [name: RegExp, labels: Readonly<Record<string, string>>])[];
}

/** One document each, polled twice, as from an endpoint that caches. */
export function readPublicRecording({ metadata, stats, sharesNetwork }: PublicRecording): Recording {
  const poll = { task: textOf(PUBLIC_FOLDER, metadata), stats: textOf(PUBLIC_FOLDER, stats) };
  return { name: stats, polls: [poll, poll], sharesNetwork, files: [metadata, stats] };
}

export const TASK = { container_name: '_task_' } as const;

export const MIB = 1024 ** 2;

/** Rounded to four digits. No value here is near a tie. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** The only series of a container without stats. */
export const ONLY_METADATA =
  /^(?!ecs_task_(?:cpu_limit|mem_limit|cpu_limit_cores|container_(?:info|running|status|exit_code|creation_time_seconds|start_time_seconds|finish_time_seconds))$)ecs_/;
