// One mount of a container as the engine keeps it: what `inspect` shows and what a start needs.

import type { MountType } from '../../../api/types/container-config.ts';
import type { Digest } from '../../../oci/digest.ts';

export interface ContainerMount {
  type: Extract<MountType, 'bind' | 'image' | 'tmpfs' | 'volume'>;
  /** Absolute path in the container, cleaned. */
  destination: string;
  /** Host path of a bind, mountpoint of a volume, place of the view of an image, '' for tmpfs. */
  source: string;
  /** Of a volume; of an image as it was asked for. */
  name?: string;
  driver?: string;
  /** As given after the second colon of `-v` (`ro,z`), for `inspect`. */
  mode: string;
  readWrite: boolean;
  propagation: '' | 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';
  nonRecursive?: boolean;
  /** Of a read-only bind: mounts below the source stay as they are. */
  readonlyNonRecursive?: boolean;
  /** Do not fill an empty volume from the image. */
  noCopy?: boolean;
  /** What an image mount shows: the image, and the layer that is its view, known to the images room by this id. */
  image?: { id: Digest; layer: string };
  /** Directory inside the volume or image. */
  subpath?: string;
  /** Make a missing source directory (`-v` does, `--mount` does not). */
  createSource?: boolean;
  /** Made for this container without a name: `rm -v` and `--rm` take it away. */
  anonymous?: boolean;
  /** mount(8) options of a tmpfs. */
  options?: string[];
  /** Came from `--tmpfs`, which `inspect` does not list. */
  hidden?: boolean;
}
