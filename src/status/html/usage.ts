import { bytesText, coresText, NONE, percentText, rateText } from '../format.ts';
import type { UsageStatus } from '../status.ts';
import { bar, line } from './charts.ts';
import { type Html, html } from './html.ts';

/** A number with its exact value. */
export function figure(value: number | undefined, format: (value: number | undefined) => string): Html {
  return value === undefined ? html`${NONE}` : html`<data value="${value}">${format(value)}</data>`;
}

type Ages = readonly number[] | undefined;

export function cpuCell({ cpu, history }: UsageStatus, ages: Ages): Html {
  const { cores, limitCores, utilization } = cpu;
  const limit =
    limitCores === undefined
      ? html` of the host`
      : html` of ${figure(limitCores, coresText)} ${limitCores === 1 ? 'core' : 'cores'}`;
  const share = utilization === undefined ? html`` : html`${figure(utilization, percentText)}${limit}`;
  const chart = line('CPU', history?.cpuCores, ages, (value) => `${coresText(value)} cores`);
  const unit = cores === undefined ? '' : ' cores';
  return cell(html`<b>${figure(cores, coresText)}${unit}</b><small>${share}</small>`, chart, bar(utilization));
}

export function memoryCell({ memory, history }: UsageStatus, ages: Ages): Html {
  const { workingSetBytes, limitBytes, utilization } = memory;
  const limit = limitBytes === undefined ? html`` : html` of ${figure(limitBytes, bytesText)}`;
  const share = utilization === undefined ? html`` : html`${figure(utilization, percentText)}${limit}`;
  const chart = line('Memory', history?.memoryBytes, ages, bytesText);
  return cell(html`<b>${figure(workingSetBytes, bytesText)}</b><small>${share}</small>`, chart, bar(utilization, true));
}

export function networkCell({ network, history }: UsageStatus, ages: Ages): Html {
  const { receivedBytes, transmittedBytes, receivedBytesPerSecond, transmittedBytesPerSecond } = network;
  const chart = line('Network', network.isShared === true ? undefined : history?.networkBytesPerSecond, ages, rateText);
  const figures = flows(
    ['in', receivedBytesPerSecond, receivedBytes],
    ['out', transmittedBytesPerSecond, transmittedBytes],
  );
  return cell(
    figures,
    chart,
    network.isShared === true ? html`<small class="note">shared by the task</small>` : html``,
  );
}

/** @param storage shown below */
export function diskCell({ disk, history }: UsageStatus, ages: Ages, storage = html``): Html {
  const { readBytes, writtenBytes, readBytesPerSecond, writtenBytesPerSecond } = disk;
  const chart = line('Disk', history?.diskBytesPerSecond, ages, rateText);
  return cell(
    flows(['read', readBytesPerSecond, readBytes], ['write', writtenBytesPerSecond, writtenBytes]),
    chart,
    storage,
  );
}

type Flow = readonly [name: string, perSecond: number | undefined, total: number | undefined];

/** Rate and total of two directions. */
function flows(...both: readonly Flow[]): Html {
  const known = both.filter(([, , total]) => total !== undefined);
  if (known.length === 0) return html`${NONE}`;
  return html`${known.map(
    ([name, perSecond, total]) =>
      html`<span class="flow"><small>${name}</small> <b>${figure(perSecond, rateText)}</b> <small class="total">${figure(total, bytesText)}</small></span>`,
  )}`;
}

function cell(figures: Html, chart: Html, below: Html): Html {
  return html`<div class="cell"><div class="figures">${figures}</div>${chart}${below}</div>`;
}
