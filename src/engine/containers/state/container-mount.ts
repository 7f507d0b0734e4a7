// One mount of a container as the engine keeps it: what `inspect` shows and what a start needs.

import type { MountType } from '../../../api/types/container-config.ts';

export interface ContainerMount {
  type: Extract<MountType, 'bind' | 'volume' | 'tmpfs'>;
  /** Absolute path in the container, cleaned. */
  destination: string;
  /** Host path of a bind, mountpoint of a volume, '' for tmpfs. */
  source: string;
  /** Volume name. */
  name?: string;
  driver?: string;
  /** As given after the second colon of `-v` (`ro,z`), for `inspect`. */
  mode: string;
  readWrite: boolean;
  propagation: '' | 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave';
  nonRecursive?: boolean;
  /** Do not fill an empty volume from the image. */
  noCopy?: boolean;
  /** Directory inside the volume. */
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
