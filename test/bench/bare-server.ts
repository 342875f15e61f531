import { lastingPort } from '../real/lasting-port.ts';
import { type Child, startChild } from './child.ts';
import { firstGoodScrape } from './exporter.ts';
import type { Program } from './program.ts';

/** A minimal Node.js server for a body of a given size, as a baseline. CommonJS, no TypeScript. */
const SOURCE = `
const body = Buffer.alloc(Number(process.argv[2]), 'x');
require('node:http')
  .createServer((request, response) => response.setHeader('content-length', body.length).end(body))
  .listen(Number(process.argv[1]), '127.0.0.1');
`;

export interface BareServer extends Child {
  readonly port: number;
  readonly startMs: number;
}

/** Runs with the program's flags. */
export async function startBareServer({ nodeFlags, env }: Program, bodyBytes: number): Promise<BareServer> {
  const port = await lastingPort();
  const start = performance.now();
  const child = startChild(process.execPath, [...nodeFlags, '-e', SOURCE, String(port), String(bodyBytes)], { env });
  return { ...child, port, startMs: (await firstGoodScrape(child, port, () => true)) - start };
}
