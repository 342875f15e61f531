import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS } from '../../../src/log/events.ts';
import { sourceFiles } from '../architecture/source-files.ts';

/** The program without the table itself. */
const source = sourceFiles('src')
  .filter(({ path }) => path !== 'src/log/events.ts')
  .map(({ text }) => text)
  .join('\n');

/** Topics that the code puts together from the name of an exporter, `${name}_export`: their common ending. */
const computedEndings = [...source.matchAll(/failing\(\s*`\$\{\w+\}(_\w+)`/g)].map(([, ending = '']) => ending);

for (const event of Object.keys(EVENTS)) {
  test(`${event}: some code logs it`, () => {
    const topic = /^(\w+)_failing$/.exec(event)?.[1];
    const isLogged =
      topic === undefined
        ? source.includes(`'${event}'`)
        : new RegExp(`failing\\(\\s*'${topic}'`).test(source) ||
          computedEndings.some((ending) => topic.endsWith(ending));
    assert.ok(isLogged, 'remove the row from src/log/events.ts');
  });
}
