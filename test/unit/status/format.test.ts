import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bytesText,
  coresText,
  countText,
  durationText,
  percentText,
  rateText,
  timeText,
} from '../../../src/status/format.ts';

const CASES: readonly (readonly [text: string, expected: string])[] = [
  [bytesText(undefined), '–'],
  [bytesText(0), '0 B'],
  [bytesText(1023), '1023 B'],
  [bytesText(1023.6), '1 KiB'],
  [bytesText(1024 ** 2 - 1), '1 MiB'],
  [bytesText(131_999_651), '126 MiB'],
  [bytesText(1.5 * 1024 ** 3), '1.5 GiB'],
  [bytesText(2 ** 59), '512 PiB'],
  [rateText(undefined), '–'],
  [rateText(5258.7), '5.14 KiB/s'],
  [coresText(undefined), '–'],
  [coresText(0), '0'],
  [coresText(0.0004), '<0.001'],
  [coresText(0.0481), '0.048'],
  [coresText(0.125), '0.125'],
  [coresText(12.345), '12.3'],
  [percentText(undefined), '–'],
  [percentText(0), '0%'],
  [percentText(0.0004), '<0.1%'],
  [percentText(0.0481), '4.8%'],
  [percentText(0.999), '100%'],
  [percentText(3.5), '350%'],
  [countText(undefined), '–'],
  [countText(0), '0'],
  [durationText(undefined), '–'],
  [durationText(0.4), '0 s'],
  [durationText(59.9), '59 s'],
  [durationText(3600), '1 h'],
  [durationText(11_520), '3 h 12 min'],
  [durationText(90_061), '1 d 1 h'],
  [timeText(undefined), '–'],
  [timeText('2026-11-28T17:45:10.123Z'), '17:45:10'],
];

for (const [text, expected] of CASES) test(`format: ${expected}`, () => assert.equal(text, expected));
