import type { PointsAt } from './messages.ts';

/**
 * Compares what was sent with what arrived. All points of an export have one time, so a task's points of one time are an
 * export: one that is lost, cut short or there twice shows, also where another one makes up for its number of points.
 *
 * @returns a sentence for each difference; nothing when every point arrived once.
 */
export function differences(sent: readonly PointsAt[], received: readonly PointsAt[]): readonly string[] {
  const sentCounts = counted(sent);
  const receivedCounts = counted(received);
  return [...new Set([...sentCounts.keys(), ...receivedCounts.keys()])].flatMap((key) => {
    const before = sentCounts.get(key) ?? 0;
    const after = receivedCounts.get(key) ?? 0;
    return before === after ? [] : [`${key}: ${before} points sent, ${after} received`];
  });
}

export function totalPoints(points: readonly PointsAt[]): number {
  return points.reduce((sum, each) => sum + each.points, 0);
}

function counted(points: readonly PointsAt[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { taskId, timeNs, points: count } of points) {
    const key = `task ${taskId} at ${timeNs}`;
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
  return counts;
}
