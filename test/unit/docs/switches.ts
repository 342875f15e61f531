/** What the tests of the documentation leave out for now. An empty list and `true` everywhere is the goal. */

/** Link targets that may be missing. */
export const PAGES_TO_COME: readonly string[] = ['docs/troubleshooting.md', 'test/bench/README.md'];

/** Pages whose wording, length and samples are not checked. */
export const UNCHECKED_PAGES: readonly string[] = ['docs/performance.md', 'test/bench/README.md'];

/** Whether prose.test.ts reads the generated pages: descriptions of metrics and options. */
export const IS_GENERATED_PROSE_CHECKED = false;

/** Whether prose.test.ts reads the texts in src/ and instrumentation/: log and error messages. */
export const ARE_MESSAGES_CHECKED = false;
