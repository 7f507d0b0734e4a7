// A layer that a repository is to have, before it is known whether anything has to be sent.
import type { Descriptor } from '../../../oci/descriptor.ts';
import type { Digest } from '../../../oci/digest.ts';
import type { CompressOptions } from './compress-layer.ts';

/** `compress` finds or makes the blob as it is sent. */
export interface LayerToPush {
  diffId: Digest;
  /** Bytes of the archive, where nothing else is known of the blob. */
  size: number;
  /** The blob, when it is there as it is sent. */
  blob: Descriptor | undefined;
  compress: (o: Omit<CompressOptions, 'lease'>) => Promise<Descriptor>;
  /** Repositories it can be mounted from. */
  mountFrom: (digest: Digest) => string[];
}

/** Hears how many bytes were sent of how many. */
export type PushProgress = (current: number, total: number) => void;
