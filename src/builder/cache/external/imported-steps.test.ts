import { expect, test } from 'bun:test';
import { sha256 } from '../../../oci/digest.ts';
import { ImportedSteps } from './imported-steps.ts';

test('what a step was made upon is known, and may be anything where a cache does not say', () => {
  const steps = new ImportedSteps();
  const step = { key: sha256('step'), result: sha256('step'), layers: [], times: [], from: 'cache' };
  steps.add([{ ...step, parents: [sha256('below')] }]);
  expect([steps.isKnownBelow(sha256('below')), steps.isKnownBelow(step.result)]).toEqual([true, false]);
  steps.add([{ ...step, key: sha256('older') }]);
  expect(steps.isKnownBelow(step.result)).toBe(true);
});
