import type { CommandName } from '../config/option.ts';

/** What each command does, for help and docs. */
export const COMMAND_DESCRIPTIONS: Readonly<Record<CommandName, string>> = {
  run: 'Poll the endpoint, and serve or push metrics until stopped. The default.',
  once: 'Take one sample, print it and end; starts no server. Exit code 1 if the sample failed.',
  healthcheck: 'Ask a running exporter on this machine (same host and port options) whether it is healthy.',
  demo: 'Run on a made-up task, so that everything can be seen without ECS; samples every second unless told otherwise.',
  help: 'Print this help; the same as --help and -h.',
  version: 'Print the versions of the program, Node.js and the OpenTelemetry SDK; the same as --version.',
};

/** Exit codes, for help and docs. */
export const EXIT_DESCRIPTIONS: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'All is well: stopped by SIGTERM or SIGINT, sample taken, healthy.'],
  [
    1,
    'It could not be done: the port is in use, the sample failed, not healthy, or a second signal cut the end short.',
  ],
  [2, 'Something is wrong with the options. Every mistake is named, one a line; trying again cannot help.'],
];
