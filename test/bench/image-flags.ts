/**
 * The flags of Node.js and V8 in the image: those between the paths of Node.js and the program in the last ENTRYPOINT
 * of the Dockerfile.
 *
 * @throws if there is no ENTRYPOINT that is a JSON list and names a JavaScript file.
 */
export function imageFlags(dockerfile: string): readonly string[] {
  const lines = dockerfile.replaceAll('\\\n', ' ').split('\n');
  const [, json] =
    /^ENTRYPOINT\s+(\[.*\])\s*$/.exec(lines.findLast((line) => line.startsWith('ENTRYPOINT')) ?? '') ?? [];
  if (json === undefined) throw new Error('the Dockerfile has no ENTRYPOINT that is a list');
  const words: unknown = JSON.parse(json);
  if (!Array.isArray(words)) throw new Error('the Dockerfile has no ENTRYPOINT that is a list');
  const entry = words.map(String);
  const file = entry.findIndex(
    (word, index) => index > 0 && /\.[cm]?js$/.test(word) && entry[index - 1] !== '--require',
  );
  if (file < 0) throw new Error('the ENTRYPOINT of the Dockerfile names no JavaScript file');
  return entry.slice(1, file);
}

/** The variables of the image that affect memory allocation. The others configure the program. */
export function imageMallocVariables(dockerfile: string): Readonly<Record<string, string>> {
  const variables = dockerfile.matchAll(/^ENV (MALLOC_\w+)=(\S+)$/gm);
  return Object.fromEntries(Array.from(variables, ([, name = '', value = '']) => [name, value]));
}
