// In-memory double of the kernel.
import { notImplemented } from '../../lib/errors.ts';
import type { FakeKernel } from './fake-kernel.ts';

/** A kernel for unit tests: remembers, records, and fails when told to. */
export function createFakeKernel(): FakeKernel {
  throw notImplemented('the fake kernel is on its way');
}
