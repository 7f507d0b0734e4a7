// The house stands: no file of src/ breaks the room table, and no file anywhere imports itself in a circle.
import { expect, test } from 'bun:test';
import { checkRepository } from '../scripts/check-layers.ts';

test('the sources keep the room table, and imports lead away', () => {
  expect(checkRepository()).toEqual([]);
}, 60_000);
