// What all builds of one engine share.
import type { Image, Images, Owner } from '../../images/index.ts';
import type { Limiter } from '../../lib/concurrency/limiter.ts';
import type { IdMap } from '../../lib/id-map.ts';
import type { Logger } from '../../lib/logger.ts';
import type { Networks } from '../../networks/index.ts';
import type { Platform } from '../../oci/platform.ts';
import type { ResolvedUser, Runtime, SpecHost } from '../../runtime/index.ts';
import type { CacheMounts } from '../cache/cache-mounts.ts';
import type { CacheStore } from '../cache/cache-store.ts';
import type { ContextSources } from '../context/context-sources.ts';
import type { ContentDigests } from '../context/digest/content-digests.ts';
import type { NameServers } from '../ops/run/step-network.ts';
import type { SharedWork } from '../solve/shared-work.ts';
import type { LayersSnapshot } from '../solve/snapshot.ts';

export interface BuilderContext {
  /** `dataRoot/builder`. */
  readonly root: string;
  /** In memory, below the exec root. */
  readonly execDirectory: string;
  readonly platform: Platform;
  readonly cgroupParent: string;
  /** Bytes. */
  readonly shmSize: number;
  readonly nameServers: NameServers;
  readonly stepProcesses: number;
  /** The users of steps, where they are not the host's. */
  readonly ids?: IdMap | undefined;
  readonly images: Images;
  readonly networks: Networks;
  readonly runtime: Runtime;
  readonly specHost: SpecHost;
  readonly resolveUser: (root: string, user: string) => ResolvedUser;
  readonly resolveOwner: (root: string, owner: string) => Owner;
  readonly anticipateStart: () => void;
  readonly announce: (image: Image, names: readonly string[]) => void;
  readonly cache: CacheStore;
  readonly cacheMounts: CacheMounts;
  readonly shared: SharedWork<LayersSnapshot>;
  readonly digests: ContentDigests;
  readonly sources: ContextSources;
  readonly limiter: Limiter;
  readonly logger: Logger;
}
