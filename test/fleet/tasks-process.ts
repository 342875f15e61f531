/** Serves the tasks of a fleet in a separate process, so that its CPU time is not that of the exporters. Argument: their number. */
import { hostTasks } from './hosted-tasks.ts';

process.once('disconnect', () => process.exit());
const hosted = await hostTasks(Number(process.argv[2]));
process.on('message', () => {
  hosted.freeze();
  process.send?.({ isFrozen: true });
});
process.send?.({ tasks: hosted.tasks });
