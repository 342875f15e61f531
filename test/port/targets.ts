import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { type Child, childOf, startChild } from '../bench/child.ts';
import { firstGoodScrape } from '../bench/exporter.ts';
import type { Program } from '../bench/program.ts';
import { lastingPort } from '../real/lasting-port.ts';
import type { LoadKind } from './load-kinds.ts';

export interface Target extends Child {
  readonly port: number;
}

/** The program with the image's flags, listening on all addresses as the image does. */
export async function startTarget(program: Program, metadataUrl: string, intervalSeconds: number): Promise<Target> {
  const port = await lastingPort();
  const flags = ['--metadata-url', metadataUrl, '--exporter-port', `${port}`, '--exporter-host', '::'];
  const args = [...program.nodeFlags, program.file, 'run', ...flags, '--interval', `${intervalSeconds}`];
  const child = startChild(process.execPath, args, { env: program.env });
  await firstGoodScrape(child, port, () => true, '/-/ready');
  return { ...child, port };
}

const BARE_SERVER = `
require('node:http').createServer((request, response) => response.end('x')).listen(process.argv[1], '::');
`;

/** A bare server of node:http with the same flags: without a load, it shows what the machine itself delays. */
export async function startControl({ nodeFlags, env }: Program): Promise<Target> {
  const port = await lastingPort();
  const child = startChild(process.execPath, [...nodeFlags, '-e', BARE_SERVER, `${port}`], { env });
  await firstGoodScrape(child, port, () => true);
  return { ...child, port };
}

/** Connects from an address other than loopback. Resolves once all connections have been established. */
export async function startLoad(kind: LoadKind, connections: number, host: string, port: number): Promise<Child> {
  const args = [`${import.meta.dirname}/load.ts`, kind, `${connections}`, host, `${port}`];
  const started = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
  const child = childOf(started);
  await Promise.race([
    once(started.stdout, 'data'),
    once(started, 'exit').then(() => Promise.reject(new Error(`the load ended: ${child.ending()}`))),
  ]);
  return child;
}

/** An address of this machine other than loopback: connections to it come from it. @throws if there is none */
export function outsideAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const found = all.find(({ family, internal }) => family === 'IPv4' && !internal);
  if (found === undefined) throw new Error('this machine has no IPv4 address other than loopback');
  return found.address;
}

/** How long the `healthcheck` command takes; infinite if the server does not respond in time. @throws if the server is not healthy */
export async function healthcheckMs(program: Program, port: number): Promise<number> {
  const startMs = performance.now();
  const args = [program.file, 'healthcheck', '--exporter-port', `${port}`, '--exporter-host', '::'];
  const command = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  command.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const [code] = await once(command, 'close');
  if (text.includes('no response within')) return Number.POSITIVE_INFINITY;
  if (code !== 0) throw new Error(`healthcheck ended with ${code}: ${text}`);
  return performance.now() - startMs;
}
