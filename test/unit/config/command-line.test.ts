import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from '../../../src/config/command-line.ts';

interface Case {
  readonly argv: string;
  readonly command?: string;
  readonly flags?: Readonly<Record<string, string>>;
  readonly messages?: readonly string[];
}

const CASES: readonly Case[] = [
  { argv: '' },
  { argv: 'run' },
  { argv: 'once --format json', command: 'once', flags: { format: 'json' } },
  { argv: '--interval 5', flags: { interval: '5' } },
  { argv: '--interval=5', flags: { interval: '5' } },
  { argv: '--interval 5 --interval 6', flags: { interval: '6' } },
  { argv: '--interval=5 healthcheck', command: 'healthcheck', flags: { interval: '5' } },
  { argv: '--interval -5', flags: { interval: '-5' } },
  { argv: '--include=--x', flags: { include: '--x' } },
  { argv: '--use-statsd', flags: { 'use-statsd': 'true' } },
  { argv: '--use-statsd=false', flags: { 'use-statsd': 'false' } },
  { argv: '--help', command: 'help', flags: { help: 'true' } },
  { argv: '-h', command: 'help', flags: { help: 'true' } },
  { argv: '--bogus --version', command: 'version', flags: { version: 'true' } },
  { argv: 'help once', command: 'help' },
  { argv: '--interval', messages: ['--interval needs a value: --interval <seconds>'] },
  {
    argv: '--interval --log-level debug',
    flags: { 'log-level': 'debug' },
    messages: ['--interval needs a value: --interval <seconds>'],
  },
  { argv: '--itnerval 5', messages: ['unknown option --itnerval; did you mean --interval?'] },
  { argv: '--exporter_port=5', messages: ['unknown option --exporter_port; did you mean --exporter-port?'] },
  { argv: '-interval 5', messages: ['unknown option -interval; did you mean --interval?'] },
  { argv: '--frobnicate', messages: ['unknown option --frobnicate'] },
  { argv: '-x --y', messages: ['unknown option -x', 'unknown option --y'] },
  { argv: '--__proto__=x --constructor', messages: ['unknown option --__proto__', 'unknown option --constructor'] },
  {
    argv: 'helthcheck',
    command: 'none',
    messages: ['unknown command "helthcheck"; did you mean healthcheck?'],
  },
  {
    argv: 'xyz',
    command: 'none',
    messages: ['unknown command "xyz"; the command must be run, once, healthcheck, demo, help or version'],
  },
  { argv: 'run once twice', messages: ['unexpected argument "once"', 'unexpected argument "twic…"'] },
  { argv: '-- once', command: 'once' },
  {
    argv: '--format json',
    flags: { format: 'json' },
    messages: ['--format is not valid for run, only for once'],
  },
  {
    argv: 'demo --metadata-url http://x',
    command: 'demo',
    flags: { 'metadata-url': 'http://x' },
    messages: ['--metadata-url is not valid for demo, only for run, once, healthcheck'],
  },
];

for (const { argv, command = 'run', flags = {}, messages = [] } of CASES) {
  test(`argv: ${argv === '' ? '(nothing)' : argv}`, () => {
    const line = readCommandLine(argv.split(' ').filter((arg) => arg !== ''));
    assert.equal(line.command ?? 'none', command);
    assert.deepEqual(Object.fromEntries(line.flags), flags);
    assert.deepEqual(
      line.problems.map(({ message }) => message),
      messages,
    );
  });
}

test('healthcheck accepts the flags of run', () => {
  assert.deepEqual(readCommandLine(['healthcheck', '--metadata-url', 'http://x', '--interval', '5']).problems, []);
});
