import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS } from '../../../src/log/events.ts';
import { sourceFiles } from '../architecture/source-files.ts';

/** The source code without the table. */
const source = sourceFiles('src')
  .filter(({ path }) => path !== 'src/log/events.ts')
  .map(({ text }) => text)
  .join('\n');

/** Suffixes of topics that the code builds from an exporter name, such as `${name}_export`. */
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
