import { Agent, get } from 'node:http';
import type { ConfinedProgram } from './confined-program.ts';

/**
 * Sends health checks one after the other until `work` settles. Returns the largest CPU time that the main thread needed
 * between two responses, in milliseconds: an upper bound of the event loop's stalls at full speed.
 */
export async function longestStallMs(program: ConfinedProgram, work: Promise<unknown>): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  let longest = 0;
  let last: number | undefined;
  while (!isOver) {
    await healthCheck(agent, program.port);
    const now = program.mainThreadMs();
    if (last !== undefined) longest = Math.max(longest, now - last);
    last = now;
  }
  agent.destroy();
  await over;
  return longest;
}

function healthCheck(agent: Agent, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get({ agent, port, path: '/-/healthy' }, (response) => response.resume().on('end', resolve));
    request.on('error', reject);
  });
}
