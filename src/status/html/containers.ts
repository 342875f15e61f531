import { setImmediate as nextTurn } from 'node:timers/promises';
import { countText, durationText } from '../format.ts';
import type { ContainerStatus, TaskStatus } from '../status.ts';
import { Html, html } from './html.ts';
import { cpuCell, diskCell, figure, memoryCell, networkCell } from './usage.ts';

/** Rows that are rendered without a pause, a few milliseconds of work. */
const ROWS_PER_TURN = 25;

export async function containerTable(task: TaskStatus, ages: readonly number[] | undefined): Promise<Html> {
  const rows: string[] = [];
  for (const [at, container] of task.containers.entries()) {
    if (at > 0 && at % ROWS_PER_TURN === 0) await nextTurn();
    rows.push(containerRow(container, ages).markup);
  }
  return html`<div class="wide" tabindex="0" role="region" aria-label="Containers">
<table class="containers">
<caption>Containers <small>${task.containers.length}</small></caption>
<thead><tr><th scope="col">Container</th><th scope="col">State</th><th scope="col">CPU</th><th scope="col">Memory</th><th scope="col">Network</th><th scope="col">Disk</th></tr></thead>
<tbody>${new Html(rows.join(''))}</tbody>
</table>
</div>`;
}

function containerRow(container: ContainerStatus, ages: readonly number[] | undefined): Html {
  const { name, image, labels = {} } = container;
  return html`<tr><th scope="row"><span class="name">${name}</span>${image && html`<small class="image" title="${image}">${withoutRegistry(image)}</small>`}${Object.entries(
    labels,
  ).map(
    ([key, value]) => html`<small class="label">${key}=${value}</small>`,
  )}</th><td data-label="State">${state(container)}</td><td data-label="CPU">${cpuCell(container, ages)}</td><td data-label="Memory">${memoryCell(container, ages)}</td><td data-label="Network">${networkCell(container, ages)}</td><td data-label="Disk">${diskCell(container, ages)}</td></tr>
`;
}

/** `shop/web:2.14.0`. The first part of a reference is a host if it contains a dot or a port. */
function withoutRegistry(image: string): string {
  return image.replace(/^[^/]*[.:][^/]*\//, '');
}

const GOOD = ['RUNNING', 'HEALTHY'];
const BAD = ['UNHEALTHY'];

export function badge(status: string | undefined): Html {
  if (status === undefined) return html``;
  const kind = GOOD.includes(status) ? 'good' : BAD.includes(status) ? 'bad' : 'neutral';
  return html`<span class="badge ${kind}">${status}</span>`;
}

function state({ knownStatus, health, uptimeSeconds, restarts, exitCode }: ContainerStatus): Html {
  const facts = [
    uptimeSeconds === undefined ? undefined : html`<li>up ${durationText(uptimeSeconds)}</li>`,
    restarts === undefined
      ? undefined
      : html`<li>${figure(restarts, countText)} ${restarts === 1 ? 'restart' : 'restarts'}</li>`,
    exitCode === undefined
      ? undefined
      : html`<li${exitCode === 0 ? undefined : html` class="bad"`}>exit code ${figure(exitCode, countText)}</li>`,
  ].filter((fact) => fact !== undefined);
  const list = facts.length === 0 ? html`` : html`<ul class="facts">${facts}</ul>`;
  return html`<div class="badges">${badge(knownStatus)}${badge(health)}</div>${list}`;
}
