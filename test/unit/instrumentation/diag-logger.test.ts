import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { diag } from '@opentelemetry/api';
import { globalErrorHandler, loggingErrorHandler, setGlobalErrorHandler } from '@opentelemetry/core';
import { installDiagLogger } from '../../../instrumentation/diag-logger.ts';

const logged: string[] = [];
installDiagLogger((level, message) => logged.push(`${level}: ${message}`));
after(() => {
  diag.disable();
  setGlobalErrorHandler(loggingErrorHandler());
});

function loggedBy(act: () => void): readonly string[] {
  logged.length = 0;
  act();
  return [...logged];
}

test('messages of the SDK are logged; its errors as warnings', () => {
  assert.deepEqual(
    loggedBy(() => {
      diag.error('an error');
      diag.warn('a warning', 'more', 5, { secret: 'x' });
      diag.info('a note');
      diag.debug('a detail');
      diag.verbose('nothing');
    }),
    ['warn: an error', 'warn: a warning more  ', 'debug: a note', 'debug: a detail'],
  );
});

test('of an error, only the message is logged', () => {
  const error = Object.assign(new Error('refused'), { config: { headers: { authorization: 'secret' } } });
  assert.deepEqual(
    loggedBy(() => {
      diag.error('export failed', error);
      globalErrorHandler(error);
    }),
    ['warn: export failed refused', 'warn: refused'],
  );
});

test('a thrown string is logged', () => {
  assert.deepEqual(
    loggedBy(() => globalErrorHandler('just a text')),
    ['warn: just a text'],
  );
});
