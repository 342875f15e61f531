import type { Section } from './row.ts';

export const SECRETS: Section = {
  title: 'Secrets, other hosts and supply chain',
  rows: [
    {
      situation: 'A process with a proxy in its environment',
      behavior: 'Only exports use it; the metadata endpoint is requested directly.',
      file: 'e2e/proxy.test.ts',
      test: 'a process requests the metadata endpoint directly, whatever the environment',
    },
    {
      situation: 'The credentials endpoint',
      behavior:
        'It is requested only if requests are signed: without a signature, its variables are not even validated.',
      file: 'unit/config/otlp-auth.test.ts',
      test: 'CloudWatch is signed with its own region; other receivers are not signed',
    },
    {
      situation: 'The address of the credentials endpoint names another host',
      behavior: 'A configuration error, or no request: plain HTTP is only sent to addresses of the same host.',
      file: 'unit/aws/credentials-endpoint.test.ts',
      test: 'a host name with the addresses … is rejected without a request',
    },
    {
      situation: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI names another host',
      behavior: 'A configuration error.',
      file: 'unit/config/otlp-auth.test.ts',
      test: 'a relative URI cannot name another host',
    },
    {
      situation: 'The credentials endpoint fails in any way, or works',
      behavior: 'No part of a credential is in the log or on a page.',
      file: 'e2e/sigv4-secrets.test.ts',
      test: 'works: no part of a credential in the log and the pages',
    },
    {
      situation: 'The receiver redirects',
      behavior: 'The redirect is not followed, and no header is sent to another host.',
      file: 'e2e/secrets.test.ts',
      test: 'redirects to a secret: no secret in json lines and pages',
    },
    {
      situation: 'A secret in place of the value of another option',
      behavior: 'The error shows at most four characters of it.',
      file: 'e2e/secrets.test.ts',
      test: 'a secret in place of the value of …',
    },
    {
      situation: 'An internal error whose message contains a secret',
      behavior: 'The log line has no secret.',
      file: 'e2e/secrets.test.ts',
      test: 'an internal error whose message and stack contain secrets',
    },
    {
      situation: 'A link in the mounted cgroup file system leads elsewhere',
      behavior: 'It is not followed.',
      file: 'unit/sources/cgroup/file-system.test.ts',
      test: 'resolve returns real paths below the root only',
    },
    {
      situation: 'A package of the image',
      behavior: 'It has a SHA-512 in the lock file.',
      file: 'unit/architecture/supply-chain.test.ts',
      test: 'every package of the lock file has a hash, or is left out of the image',
    },
    {
      situation: 'A package of the production tree',
      behavior: 'It has no install script.',
      file: 'unit/architecture/install-scripts.test.ts',
      test: 'no production dependency has an install script',
    },
    {
      situation: 'A native binary of the image',
      behavior: 'Its SHA-256 is in the list.',
      file: 'unit/architecture/supply-chain.test.ts',
      test: 'the listed hashes are those of the installed binaries, and the lock file has their packages',
    },
    {
      situation: 'The image',
      behavior: 'It contains Node.js, the program and its licenses: no shell, no writable file.',
      file: 'image/contents.ts',
      test: 'contents: the program and native modules, without writable files, shells or tools',
    },
  ],
};
