// What a stage is at one point of it: the configuration of its image, the history so far, and the vertex of its files.
import type { HistoryEntry, ImageConfig, ImageRunConfig } from '../../oci/image-config.ts';
import type { Platform } from '../../oci/platform.ts';
import type { Node } from './node.ts';

const historyComment = 'buildkit.dockerfile.v0';

/** Starts as its base is; instructions change it one after the other. */
export class StageState {
  readonly platform: Platform;
  config: ImageRunConfig;
  author: string | undefined;
  node: Node;
  /** A CMD of this stage: an ENTRYPOINT after it leaves it alone. */
  hasCmd = false;
  /** Times come with the export; those of the base image are known. */
  history: HistoryEntry[];
  /** Further keys of the base image's configuration (`os.version`, `variant`). */
  readonly base: Partial<ImageConfig>;

  constructor(o: {
    platform: Platform;
    config: ImageRunConfig;
    author: string | undefined;
    node: Node;
    history: readonly HistoryEntry[];
    base: Partial<ImageConfig>;
  }) {
    this.platform = o.platform;
    this.config = structuredClone(o.config);
    this.author = o.author;
    this.node = o.node;
    this.history = o.history.map(entry => ({ ...entry }));
    this.base = o.base;
  }

  /** As a stage upon this one starts. */
  child(): StageState {
    return new StageState(this);
  }

  /** `hasLayer`: the instruction made one, though perhaps of nothing. */
  commit(createdBy: string, hasLayer: boolean): void {
    this.history.push({ created_by: createdBy, comment: historyComment, ...(hasLayer ? {} : { empty_layer: true }) });
  }
}
