// Files of a copy to come, before there is the layer that they go into.
import type { PackedAhead } from '../layers/diff/pack-ahead.ts';

/** On the file system of the layers. */
export interface EarlyFiles extends AsyncDisposable {
  readonly directory: string;
  /** What of them is packed by now, as it will be in the layer. */
  readonly packed: PackedAhead | undefined;
}
