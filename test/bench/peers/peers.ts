import { type Bench, progress } from '../bench-run.ts';
import { renderGrid } from '../table.ts';
import { collector } from './collector.ts';
import { ecsExporter } from './ecs-exporter.ts';
import { FIGURE_NAMES, FIGURES, type FigureName, measurePeer, type PeerFigures } from './measure-peer.ts';
import { ours } from './ours.ts';
import type { Peer } from './peer.ts';
import { pythonExporter } from './python-exporter.ts';

/** Peers by the variable that holds their path. */
const PEERS: Readonly<Record<string, (path: string) => Peer>> = {
  BENCH_ECS_EXPORTER: ecsExporter,
  BENCH_PYTHON: pythonExporter,
  BENCH_COLLECTOR: collector,
};

/** The cell of a figure. The first missing one shows the reason, the last one how the program ended. */
export function cellOf({ cells, trouble }: PeerFigures, name: FigureName): string {
  const missing = FIGURE_NAMES.find((each) => !cells.has(each));
  const cell = cells.get(name) ?? '-';
  if (trouble === undefined) return cell;
  if (missing === name) return trouble;
  return missing === undefined && name === FIGURE_NAMES.at(-1) ? `${cell}, then ${trouble}` : cell;
}

/** Compares the program with its peers on the same endpoint in the same run. */
export async function measurePeers({ plan, program }: Bench): Promise<string> {
  const others = Object.entries(PEERS).flatMap(([variable, create]) => {
    const path = process.env[variable];
    return path === undefined || path === '' ? [] : [create(path)];
  });
  if (others.length === 0) return `No peers: none of ${Object.keys(PEERS).join(', ')} is set.\n`;
  const peers = [ours(program), ...others];
  const lines: string[][] = [['figure', 'containers', ...peers.map(({ name }) => name)]];
  const bySize = new Map<number, readonly PeerFigures[]>();
  for (const containers of plan.sizes) {
    const measured: PeerFigures[] = [];
    for (const peer of peers) {
      progress(`${peer.name}, ${containers} containers`);
      measured.push(await measurePeer(plan, peer, containers));
    }
    bySize.set(containers, measured);
  }
  for (const name of FIGURE_NAMES) {
    for (const [containers, measured] of bySize) {
      lines.push([FIGURES[name], String(containers), ...measured.map((figures) => cellOf(figures, name))]);
    }
  }
  const legend = peers.map(({ name, how, reads }) => `- ${name}: ${how}; reads the endpoint ${reads}.`).join('\n');
  return `${renderGrid(lines)}\n${plan.peerScrapes} scrapes each, or as many as ${plan.peerSeconds} s allow.\n${legend}\n`;
}
