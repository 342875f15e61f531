import { escapedJson } from '../../../instrumentation/sanitize-text.ts';
import { bytesText, countText, durationText, NONE, percentText, timeText } from '../format.ts';
import type { ExporterStatus, PollStatus, Status, TaskStatus } from '../status.ts';
import { bar } from './charts.ts';
import { badge, containerTable } from './containers.ts';
import { type Html, html } from './html.ts';
import { cpuCell, diskCell, figure, memoryCell, networkCell } from './usage.ts';

/** One task: its identity, totals and containers. */
export async function taskSection(task: TaskStatus, status: Status, place: number): Promise<Html> {
  const { resource, knownStatus, ephemeralStorage: storage } = task;
  const { historySecondsAgo: ages } = status;
  const facts = [
    resource['aws.ecs.launchtype']?.toUpperCase(),
    resource['aws.ecs.service.name'] && `service ${resource['aws.ecs.service.name']}`,
    clusterOf(resource['aws.ecs.cluster.arn']),
    resource['cloud.availability_zone'],
    task.startedAt && `started ${task.startedAt.slice(0, 10)} ${timeText(task.startedAt)} UTC`,
  ].filter((fact) => fact !== undefined && fact !== '');
  const disk =
    storage === undefined
      ? html``
      : html`<small class="storage">ephemeral ${figure(storage.usedBytes, bytesText)} of ${figure(storage.reservedBytes, bytesText)}, ${figure(storage.utilization, percentText)}</small>${bar(storage.utilization, true)}`;
  return html`<section aria-labelledby="task-${place}">
<h1 id="task-${place}">${titleOf(task)} ${badge(knownStatus)}</h1>
<ul class="facts">${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
<div class="tiles">
<section class="tile"><h2>CPU</h2>${cpuCell(task, ages)}</section>
<section class="tile"><h2>Memory</h2>${memoryCell(task, ages)}</section>
<section class="tile"><h2>Network</h2>${networkCell(task, ages)}</section>
<section class="tile"><h2>Disk</h2>${diskCell(task, ages, disk)}</section>
</div>
${await containerTable(task, ages)}
</section>`;
}

/** `shop:42`. */
export function titleOf({ resource }: TaskStatus): string {
  const family = resource['aws.ecs.task.family'];
  const revision = resource['aws.ecs.task.revision'];
  if (family === undefined) return 'ECS task';
  return revision === undefined ? family : `${family}:${revision}`;
}

function clusterOf(arn: string | undefined): string | undefined {
  return arn && `cluster ${arn.slice(arn.lastIndexOf('/') + 1)}`;
}

export function pollSection({ count, isLastSuccessful, lastSuccess, lastSeconds, failures }: PollStatus): Html {
  const result = isLastSuccessful
    ? html`<span class="badge good">OK</span>`
    : html`<span class="badge bad">${count === 0 ? 'no poll yet' : 'the last poll failed'}</span>`;
  const duration = lastSeconds === undefined ? html`` : html`<li>in ${Math.round(lastSeconds * 1000)} ms</li>`;
  return html`<section aria-labelledby="polls"><h2 id="polls">Metadata endpoint ${result}</h2>
<ul class="facts"><li>last success ${clock(lastSuccess)}</li>${duration}<li>${figure(count, countText)} polls</li><li>failures: ${failureText(failures)}</li></ul></section>`;
}

export function exporterTable(exporters: readonly ExporterStatus[]): Html {
  if (exporters.length === 0) return html`<p>No exporter is enabled.</p>`;
  const rows = exporters.map(
    ({ name, lastSuccess, exports, failures, points, bytes }) =>
      html`<tr><th scope="row">${name}</th><td data-label="Last success">${clock(lastSuccess)}</td><td data-label="Exports">${figure(exports, countText)}</td><td data-label="Failures">${failureText(failures)}</td><td data-label="Data points">${figure(points, countText)}</td><td data-label="Sent">${figure(bytes, bytesText)}</td></tr>
`,
  );
  return html`<div class="wide" tabindex="0" role="region" aria-label="Exporters"><table class="exporters">
<caption>Exporters</caption>
<thead><tr><th scope="col">Exporter</th><th scope="col">Last success</th><th scope="col">Exports</th><th scope="col">Failures</th><th scope="col">Data points</th><th scope="col">Sent</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function clock(iso: string | undefined): Html {
  return iso === undefined ? html`${NONE}` : html`<time datetime="${iso}">${timeText(iso)} UTC</time>`;
}

function failureText(failures: Readonly<Record<string, number>>): Html {
  const entries = Object.entries(failures);
  if (entries.length === 0) return html`none`;
  return html`${entries.map(([reason, count], at) => html`${at === 0 ? '' : ', '}<span class="bad">${reason} ${figure(count, countText)}</span>`)}`;
}

/** For trusted clients. */
export function logSection(log: readonly object[]): Html {
  const lines = log.toReversed().map((entry) => {
    const { time, level, event, message, ...fields } = Object.fromEntries(Object.entries(entry));
    const rest = Object.entries(fields).map(([key, value]) => `${key}=${escapedJson(value)}`);
    const text = [message, ...rest].join(' ');
    return html`<li class="${String(level)}"><time datetime="${String(time)}">${timeText(String(time))}</time> <b>${String(event)}</b> ${text}</li>
`;
  });
  return html`<details id="log"><summary>Last log events <small>${log.length}</small></summary><ol class="log">${lines}</ol></details>`;
}

export function configSection(config: object): Html {
  return html`<details id="configuration"><summary>Effective configuration</summary><div class="wide" tabindex="0" role="region" aria-label="Configuration"><pre>${new PreText(config).html}</pre></div></details>`;
}

/** JSON keeps its line feeds, which are invisible characters elsewhere. */
class PreText {
  readonly html: Html;
  constructor(config: object) {
    const lines = escapedJson(config, 2).split('\n');
    this.html = html`${lines.map(
      (line) => html`${line}
`,
    )}`;
  }
}

export function sampleText({ polls, intervalSeconds }: Status): Html {
  return html`Sample ${clock(polls.lastSuccess)}, every ${durationText(intervalSeconds)}`;
}
