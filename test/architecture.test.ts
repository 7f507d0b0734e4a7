// The house stands: no file of src/ breaks the room table.
import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { checkLayers, formatFinding } from '../scripts/check-layers.ts';

test('src/ keeps the room table', () => {
  const root = join(import.meta.dir, '..', 'src');
  expect(checkLayers(root).map(finding => formatFinding(finding, root))).toEqual([]);
});
