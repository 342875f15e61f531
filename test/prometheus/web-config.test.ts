import { test } from 'node:test';
import { launchPrometheus } from '../real/prometheus-server.ts';
import { checkSecureScrapes } from '../real/secure-scrapes.ts';

test('Prometheus 2 scrapes over TLS with a client certificate and a password', (t) =>
  checkSecureScrapes(t, (configuration) => launchPrometheus({ program: '/usr/bin/prometheus', configuration })));
