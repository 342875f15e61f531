import type { Status } from '../status.ts';
import { type Html, html } from './html.ts';
import { configSection, exporterTable, logSection, pollSection, sampleText, taskSection, titleOf } from './sections.ts';

/** The page at `/`. Links are relative, so that the page also works below the path of a proxy. */
export async function renderPage(status: Status): Promise<string> {
  const { tasks, exporters, polls, log, config, version, program, intervalSeconds } = status;
  const sections: Html[] = [];
  for (const [place, task] of tasks.entries()) sections.push(await taskSection(task, status, place + 1));
  const title = tasks.map(titleOf).join(', ');
  const details = [log && logSection(log), config && configSection(config)];
  const hint =
    log === undefined
      ? html`<p class="hint">The log and the configuration are shown to local and authenticated clients only.</p>`
      : html``;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} &ndash; ${program}</title>
<link rel="stylesheet" href="status.css?${version}">
<script src="status.js?${version}" defer></script>
</head>
<body>
<header>
<p><strong>${program}</strong> ${version}</p>
<nav aria-label="Exporter"><a href="metrics">Metrics</a> <a href="api/status">JSON</a> <a href="-/healthy">Health</a> <a href="-/ready">Readiness</a></nav>
<button type="button" id="pause" aria-pressed="false" hidden>Pause</button>
</header>
<p id="connection" role="status"></p>
<main data-interval="${intervalSeconds}">
<p class="sample">${sampleText(status)}</p>
${sections}
${exporterTable(exporters)}
${pollSection(polls)}
${details}
${hint}
</main>
</body>
</html>
`;
  return page.markup;
}
