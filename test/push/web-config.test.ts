import { test } from 'node:test';
import { startPrometheus3 } from '../real/prometheus-3.ts';
import { checkSecureScrapes } from '../real/secure-scrapes.ts';

test('Prometheus 3 scrapes over TLS with a client certificate and a password', (t) =>
  checkSecureScrapes(t, startPrometheus3));
