// typed door first; bodies follow
import type { ContentStore } from '../content/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Logger } from '../lib/logger.ts';
import type { Digest } from '../oci/digest.ts';
import type { ImageRunConfig } from '../oci/image-config.ts';
import type { Platform } from '../oci/platform.ts';
import type { Store } from '../store/index.ts';
import type { HistoryRow, Image, ImageUser, LoadEvent, RemovedImage } from './image.ts';

export interface ImagesDeps {
  kernel: Pick<Kernel, 'mounts' | 'files'>;
  store: Store;
  content: ContentStore;
  logger: Logger;
}

export declare class Images {
  constructor(options: { root: string }, deps: ImagesDeps);
  list(): Image[];
  find(ref: string): Image | undefined;
  get(ref: string): Image;
  tag(ref: string, target: string): Image;
  remove(
    ref: string,
    o: { force: boolean; prune: boolean; inUse: (image: Image) => ImageUser[] },
  ): Promise<RemovedImage[]>;
  load(stream: AsyncIterable<Uint8Array>, o?: { signal?: AbortSignal; platform?: Platform }): AsyncIterable<LoadEvent>;
  import(
    stream: AsyncIterable<Uint8Array>,
    o: {
      reference?: string;
      changes: Partial<ImageRunConfig>;
      message?: string;
      platform?: Platform;
      signal?: AbortSignal;
    },
  ): Promise<Image>;
  history(ref: string): HistoryRow[];
  createContainerLayer(containerId: string, imageId: Digest | undefined): void;
  mountRootfs(containerId: string): string;
  unmountRootfs(containerId: string): void;
  removeContainerLayer(containerId: string): Promise<void>;
  containerLayer(containerId: string): { upper: string; merged: string; lower: string[] } | undefined;
  containerLayers(): string[];
  restore(o: { containers: Set<string> }): Promise<void>;
  close(): void;
}
