import { problem, problemWith } from './option.ts';
import { OPTIONS } from './options.ts';
import type { Resolved } from './resolve.ts';

/** Reads the web configuration file and adds its content or its errors. The YAML parser is loaded only if there is a file. */
export async function withWebConfig(resolved: Resolved): Promise<Resolved> {
  const { webConfigFile } = resolved;
  if (webConfigFile === undefined) return resolved;
  const { source, value: path } = webConfigFile;
  const { readWebConfig } = await import('./web-config.ts');
  const read = await readWebConfig(path);
  if ('unreadable' in read) {
    const unreadable = problemWith('unreadable_file', OPTIONS.webConfigFile, source, read.unreadable);
    return { ...resolved, problems: [...problemsOf(resolved), unreadable] };
  }
  if ('errors' in read) {
    const problems = read.errors.map((error) => problem('invalid_value', source.name, `${source.name}: ${error}`));
    return { ...resolved, problems: [...problemsOf(resolved), ...problems] };
  }
  if ('problems' in resolved) return resolved;
  const message = `${source.name}: http2 is not supported; the port serves HTTP/1.1`;
  const warning = problem('http2_unavailable', source.name, message);
  return { ...resolved, webConfig: read, warnings: [...resolved.warnings, ...(read.isHttp2Wanted ? [warning] : [])] };
}

function problemsOf(resolved: Resolved) {
  return 'problems' in resolved ? resolved.problems : [];
}
