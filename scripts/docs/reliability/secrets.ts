import type { Section } from './row.ts';

export const SECRETS: Section = {
  title: 'Secrets, other hosts and supply chain',
  rows: [
    {
      situation: 'Proxies are configured in the environment',
      behavior: 'Exports use them; requests to the metadata endpoint do not.',
      file: 'e2e/proxy.test.ts',
      test: 'a process requests the metadata endpoint directly, whatever the environment',
      failsIf: 'the agent of the endpoint reads the environment',
    },
    {
      situation: 'The receiver is not AWS',
      behavior: 'Requests are not signed, and the credentials endpoint is not used.',
      file: 'unit/config/otlp-auth.test.ts',
      test: 'CloudWatch is signed with its own region; other receivers are not signed',
      failsIf: 'all receivers are signed',
    },
    {
      situation: 'The credentials endpoint has a host name with an address of another host',
      behavior: 'No request is sent.',
      file: 'unit/aws/credentials-endpoint.test.ts',
      test: 'a host name with the addresses … is rejected without a request',
      failsIf: 'addresses are not checked',
    },
    {
      situation: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI looks like another host',
      behavior: 'It is a path on 169.254.170.2.',
      file: 'unit/config/otlp-auth.test.ts',
      test: 'a relative URI cannot name another host',
    },
    {
      situation: 'The credentials endpoint works, and the receiver returns the headers of the request',
      behavior: 'No part of a credential is in the log or on a page.',
      file: 'e2e/sigv4-secrets.test.ts',
      test: 'works: no part of a credential in the log and the pages',
      failsIf: 'credentials are not redacted',
    },
    {
      situation: 'The receiver redirects to another host',
      behavior: 'The redirect is not followed.',
      file: 'e2e/secrets.test.ts',
      test: 'redirects to a secret: no secret in json lines and pages',
    },
    {
      situation: 'A secret is set in the wrong variable',
      behavior: 'The error shows at most four characters of it.',
      file: 'e2e/secrets.test.ts',
      test: 'a secret in place of the value of …',
    },
    {
      situation: 'The message of an internal error contains a secret',
      behavior: 'The log does not contain it.',
      file: 'e2e/secrets.test.ts',
      test: 'an internal error whose message and stack contain secrets',
    },
    {
      situation: 'A link in the mounted cgroup file system leads outside',
      behavior: 'It is not followed.',
      file: 'unit/sources/cgroup/file-system.test.ts',
      test: 'resolve returns real paths below the root only',
    },
    {
      situation: 'A package of the image',
      behavior: 'The lock file has its SHA-512.',
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
      behavior: 'Its SHA-256 is listed.',
      file: 'unit/architecture/supply-chain.test.ts',
      test: 'the listed hashes are those of the installed binaries, and the lock file has their packages',
    },
    {
      situation: 'The image',
      behavior: 'Node.js, the program and its licenses; no shell and no writable file.',
      file: 'image/contents.ts',
      test: 'contents: the program and native modules, without writable files, shells or tools',
    },
  ],
};
