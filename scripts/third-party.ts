import { readdirSync, readFileSync } from 'node:fs';

interface Package {
  readonly title: string;
  readonly licence: string;
}

/**
 * The licences of the packages in the bundle: each text once, after the names of its packages.
 *
 * @param inputs the bundle's source files, relative to `root`.
 * @param beside packages that are shipped next to the bundle.
 * @throws an Error that names a package without a licence text, which must not be shipped.
 */
export function thirdPartyLicences(root: string, inputs: readonly string[], beside: readonly string[]): string {
  const bundled = inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  const names = [...new Set([...bundled, ...beside])].sort();
  const byText = Map.groupBy(
    names.map((name) => readPackage(`${root}node_modules/${name}`)),
    ({ licence }) => licence,
  );
  return [...byText]
    .map(([text, packages]) => `${packages.map(({ title }) => title).join('\n')}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function readPackage(folder: string): Package {
  const manifest: unknown = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  if (file === undefined) throw new Error(`no licence text in ${folder}`);
  const title = `${textOf(manifest, 'name')} ${textOf(manifest, 'version')} (${textOf(manifest, 'license')})`;
  return { title, licence: readFileSync(`${folder}/${file}`, 'utf8').trim() };
}

function textOf(manifest: unknown, key: string): string {
  const value = typeof manifest === 'object' && manifest !== null ? Object.entries(manifest) : [];
  return String(new Map(value).get(key) ?? 'unknown');
}
