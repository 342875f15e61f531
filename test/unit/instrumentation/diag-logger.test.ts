import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { diag } from '@opentelemetry/api';
import { globalErrorHandler, loggingErrorHandler, setGlobalErrorHandler } from '@opentelemetry/core';
import { installDiagLogger } from '../../../instrumentation/diag-logger.ts';

const told: string[] = [];
installDiagLogger((level, message) => told.push(`${level}: ${message}`));
after(() => {
  diag.disable();
  setGlobalErrorHandler(loggingErrorHandler());
});

function during(act: () => void): readonly string[] {
  told.length = 0;
  act();
  return [...told];
}

test('what the SDK says goes to our log; its errors are warnings of ours', () => {
  assert.deepEqual(
    during(() => {
      diag.error('an error');
      diag.warn('a warning', 'more', 5, { secret: 'x' });
      diag.info('a note');
      diag.debug('a detail');
      diag.verbose('nothing');
    }),
    ['warn: an error', 'warn: a warning more  ', 'debug: a note', 'debug: a detail'],
  );
});

test('of an error only its message, neither stack nor members', () => {
  const error = Object.assign(new Error('refused'), { config: { headers: { authorization: 'secret' } } });
  assert.deepEqual(
    during(() => {
      diag.error('export failed', error);
      globalErrorHandler(error);
    }),
    ['warn: export failed refused', 'warn: refused'],
  );
});

test('something thrown that is no error', () => {
  assert.deepEqual(
    during(() => globalErrorHandler('just a text')),
    ['warn: just a text'],
  );
});
