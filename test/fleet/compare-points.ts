import type { PointsAt } from './messages.ts';

/**
 * Compares sent with received points. All points of an export have the same time, so the points of a task with the same time
 * are one export. Finds exports that are lost, truncated or duplicated, even if the total number of points is equal.
 *
 * @returns a sentence per difference; empty if every point arrived once.
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
