import { Readable } from 'node:stream';
import { spec, type TestEvent } from 'node:test/reporters';

/** Node's spec reporter without the tests that pass: prints failures, skipped tests, output and the closing counts. */
// biome-ignore lint/style/noDefaultExport: `node --test-reporter` loads the default export.
export default async function* failures(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  yield* Readable.from(withoutPassed(events)).pipe(spec());
}

async function* withoutPassed(events: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
  for await (const event of events) {
    if (event.type === 'test:start') continue;
    if (event.type !== 'test:pass' || event.data.skip !== undefined || event.data.todo !== undefined) yield event;
  }
}
