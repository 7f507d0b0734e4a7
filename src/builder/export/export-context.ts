// What every exporter works with.
import type { ComposeOptions, Image, Images, Lease } from '../../images/index.ts';
import type { Platform } from '../../oci/platform.ts';
import type { CacheStore } from '../cache/cache-store.ts';
import type { StageState } from '../graph/stage-state.ts';
import type { LayersSnapshot } from '../solve/snapshot.ts';

/** The target of a build on one platform. */
export interface SolvedPlatform {
  readonly state: StageState;
  readonly snapshot: LayersSnapshot;
  /** Further keys of the image's configuration. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface ExportContext {
  readonly images: Images;
  /** Told of every image that stays, with the names it was given. */
  readonly announce: (image: Image, names: readonly string[]) => void;
  readonly cache: CacheStore;
  /** The machine's. */
  readonly platform: Platform;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly labels: Readonly<Record<string, string>>;
  readonly sourceDateEpoch: number | undefined;
  /** No file of the build is later than that. */
  readonly rewriteTimestamp: boolean;
  /** An index even for one platform. */
  readonly multiPlatform: boolean;
  /** Attestations, where they are wanted; `pushed`: those with it that go only into registries. */
  readonly beside: (o: { pushed: boolean }) => ComposeOptions['beside'];
  /** The same for files as they are. */
  readonly attestFiles: (made: SolvedPlatform) => Promise<LayersSnapshot>;
}
