/**
 * Random hostile clients and documents, in 128 MiB and a quarter of a core. `ATTACK_MINUTES` and `ATTACK_SEED` change the
 * duration (1 minute) and the sequence.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOAD_KINDS, type LoadKind } from '../port/load-kinds.ts';
import { outsideAddress, startLoad } from '../port/targets.ts';
import { until } from '../real/wait.ts';
import { ABSURD } from './absurd-documents.ts';
import { type ConfinedProgram, startConfined } from './confined-program.ts';
import { startDocumentEndpoint } from './document-endpoint.ts';
import { longestStallMs } from './stall.ts';

const minutes = Number(process.env['ATTACK_MINUTES'] ?? 1);
const seed = Number(process.env['ATTACK_SEED'] ?? 639_040);

const ATTACK_MS = { shortest: 1000, longest: 8000 } as const;
/** Clients that send without end, and clients that are silent or slow. */
const SENDERS = [1, 10, 50] as const;
const WAITING = [1, 50, 500, 2000] as const;
const WAITING_KINDS: readonly LoadKind[] = ['silent', 'half', 'drip', 'slow-reader'];
const HOSTS = ['127.0.0.1', outsideAddress()] as const;
const MAX_RSS_GROWTH_MIB = 20;
const MAX_DESCRIPTOR_GROWTH = 10;

/** Mulberry32, so that a seed repeats a sequence. */
function randomNumbers(state: number): () => number {
  let a = state;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Measurements between attacks. */
interface Calm {
  readonly minute: number;
  readonly rssMib: number;
  readonly descriptors: number;
  readonly stallMs: number;
}

function resources(program: ConfinedProgram): Pick<Calm, 'rssMib' | 'descriptors'> {
  return { rssMib: program.rssMib(), descriptors: readdirSync(`/proc/${program.pid}/fd`).length };
}

async function calm(program: ConfinedProgram, startMs: number): Promise<Calm> {
  const stallMs = await longestStallMs(program, sleep(1000));
  return {
    minute: (performance.now() - startMs) / 60_000,
    ...resources(program),
    stallMs,
  };
}

/** Growth per hour by least squares: an extrapolation. */
function perHour(calms: readonly Calm[], figure: (calm: Calm) => number): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(calms.map(({ minute }) => minute)), mean(calms.map(figure))];
  const covariance = calms.reduce((sum, one) => sum + (one.minute - x) * (figure(one) - y), 0);
  return (60 * covariance) / calms.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0);
}

test(`${minutes} minutes of random attacks, seed ${seed}`, async (t) => {
  const random = randomNumbers(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? assert.fail('an empty list');
  const endpoint = await startDocumentEndpoint(t);
  const program = await startConfined(t, {
    args: ['--interval', '1', '--exporter-host', '::', '--container-labels', '*'],
    metadataUrl: endpoint.url,
    confinement: { memoryMib: 128, cores: 0.25 },
  });
  await until('the first sample', async () => ((await containers(program)) === 5 ? true : undefined));
  const startMs = performance.now();
  const first = await calm(program, startMs);
  const calms: Calm[] = [];
  const attacks: string[] = [];
  while (performance.now() - startMs < minutes * 60_000) {
    const document = random() < 0.5 ? 'honest' : pick(Object.keys(ABSURD));
    const [kind, host] = [pick(LOAD_KINDS), pick(HOSTS)];
    const connections = WAITING_KINDS.includes(kind) ? pick(WAITING) : pick(SENDERS);
    attacks.push(`${kind} x ${connections}, ${document}`);
    endpoint.send(document);
    const load = await startLoad(kind, connections, host, program.port);
    await sleep(ATTACK_MS.shortest + random() * (ATTACK_MS.longest - ATTACK_MS.shortest));
    await load.stop();
    endpoint.send('honest');
    const shown = attacks.slice(-3).join('; ');
    assert.equal(program.hasEnded(), false, `ended after ${shown}:\n${program.log().slice(-2000)}`);
    await until(`a good page after ${shown}`, async () => ((await containers(program)) === 5 ? true : undefined));
    calms.push(await calm(program, startMs));
  }
  // Without requests: V8 returns memory when the program is idle.
  const last = await until('memory and descriptors given back', () => {
    const now = resources(program);
    const isBack =
      now.rssMib <= first.rssMib + MAX_RSS_GROWTH_MIB && now.descriptors <= first.descriptors + MAX_DESCRIPTOR_GROWTH;
    return isBack ? now : undefined;
  });
  const peaks = calms.map(({ rssMib }) => rssMib);
  t.diagnostic(
    `${attacks.length} attacks; RSS ${first.rssMib.toFixed(0)} -> ${last.rssMib.toFixed(0)} MiB, after an attack up to ${Math.max(...peaks).toFixed(0)}; descriptors ${first.descriptors} -> ${last.descriptors}; log ${program.log().length} bytes`,
  );
  const slopes = [
    `RSS ${perHour(calms, ({ rssMib }) => rssMib).toFixed(1)} MiB`,
    `descriptors ${perHour(calms, ({ descriptors }) => descriptors).toFixed(1)}`,
    `stalls ${perHour(calms, ({ stallMs }) => stallMs).toFixed(1)} ms`,
  ];
  t.diagnostic(`extrapolated to an hour: ${slopes.join(', ')}`);
  assert.equal(program.oomKills(), 0);
});

async function containers(program: ConfinedProgram): Promise<number> {
  const { series } = await program.metrics();
  const limits = series.filter(({ name }) => name === 'ecs_task_mem_limit');
  return limits.filter(({ labels }) => labels.get('container_name') !== '_task_').length;
}
