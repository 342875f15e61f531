/** The tasks of a fleet in a process of their own, so that their work is not counted as the exporters'. Argument: how many. */
import { hostTasks } from './hosted-tasks.ts';

process.once('disconnect', () => process.exit());
const hosted = await hostTasks(Number(process.argv[2]));
process.on('message', () => {
  hosted.freeze();
  process.send?.({ isFrozen: true });
});
process.send?.({ tasks: hosted.tasks });
