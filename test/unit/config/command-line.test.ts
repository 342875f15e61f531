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
  { argv: '--itnerval 5', messages: ['--itnerval is not an option; did you mean --interval?'] },
  { argv: '--exporter_port=5', messages: ['--exporter_port is not an option; did you mean --exporter-port?'] },
  { argv: '-interval 5', messages: ['-interval is not an option; did you mean --interval?'] },
  { argv: '--frobnicate', messages: ['--frobnicate is not an option'] },
  { argv: '-x --y', messages: ['-x is not an option', '--y is not an option'] },
  { argv: '--__proto__=x --constructor', messages: ['--__proto__ is not an option', '--constructor is not an option'] },
  {
    argv: 'helthcheck',
    command: 'none',
    messages: ['"helthcheck" is not a command; did you mean healthcheck?'],
  },
  {
    argv: 'xyz',
    command: 'none',
    messages: ['"xyz" is not a command; the commands are run, once, healthcheck, demo, help, version'],
  },
  { argv: 'run once twice', messages: ['"once" is one argument too many', '"twice" is one argument too many'] },
  { argv: '-- once', command: 'once' },
  {
    argv: '--format json',
    flags: { format: 'json' },
    messages: ['--format does not go with run, only with once'],
  },
  {
    argv: 'demo --metadata-url http://x',
    command: 'demo',
    flags: { 'metadata-url': 'http://x' },
    messages: ['--metadata-url does not go with demo, only with run, once, healthcheck'],
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

test('a flag that goes with healthcheck, so that it can be called like run', () => {
  assert.deepEqual(readCommandLine(['healthcheck', '--metadata-url', 'http://x', '--interval', '5']).problems, []);
});
