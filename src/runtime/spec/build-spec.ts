// SpecInput to OCI config.json.

import { notImplemented } from '../../lib/errors.ts';
import type { OciSpec } from '../../oci/runtime-spec.ts';
import type { SpecHost, SpecInput } from './input.ts';

/** Pure: everything it must know of the machine is in `host` (see `describeHost`). */
export function buildSpec(_input: SpecInput, _host: SpecHost): OciSpec {
  throw notImplemented('buildSpec');
}
