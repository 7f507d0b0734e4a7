// What a build is asked for, whichever door it comes through: `POST /build`, BuildKit's gRPC or our own command line.
import type { Duplex, Writable } from 'node:stream';
import type { AttributeReader } from '../lib/tar/tree/describe-node.ts';
import type { Platform } from '../oci/platform.ts';
import type { BuildTarget } from './graph/build-target.ts';
import type { BuildSource } from './source.ts';

/** A Dockerfile's bytes, or the name of one in a source (with `<name>.dockerignore` or `.dockerignore` beside it). */
export type DockerfileInput =
  | { readonly kind: 'text'; readonly name: string; readonly content: Uint8Array }
  | { readonly kind: 'file'; readonly name: string; readonly source: BuildSource };

/** `--build-context name=…`: what `FROM name`, `COPY --from=name` and `--mount=from=name` mean instead. */
export type NamedContext =
  | { readonly kind: 'image'; readonly reference: string }
  | { readonly kind: 'source'; readonly source: BuildSource }
  /** The image or index `digest` of an OCI layout that only whoever wants the build can reach. */
  | { readonly kind: 'layout'; readonly digest: string; readonly blobs: BlobStore }
  /** One that there is no way to: refused where the Dockerfile uses it, in these words. */
  | { readonly kind: 'unsupported'; readonly message: string }
  /** What another build makes (bake's `target:`), which may not even have begun; rejects where it never comes to that. */
  | { readonly kind: 'build'; readonly targets: () => Promise<readonly BuildTarget[]> };

/** Zero or absent is no limit. Bytes, microseconds and shares. */
export interface BuildLimits {
  readonly memory?: number;
  /** Memory and swap together; -1 is unlimited swap. */
  readonly memorySwap?: number;
  readonly cpuShares?: number;
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
}

export interface Ulimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

export type Entitlement = 'network.host' | 'security.insecure';

/** Asks whoever wants the build for what only they have. Nothing of it is ever stored. */
export interface BuildCallbacks {
  /** The secret, or undefined when there is none by that id. */
  readonly secret?: (id: string, signal: AbortSignal) => Promise<Uint8Array | undefined>;
  /** A connection to an SSH agent, or undefined when none was given. `default` is the id without one. */
  readonly ssh?: (id: string, signal: AbortSignal) => Promise<Duplex | undefined>;
  /** Why `ssh` knows no agent by that id, undefined when it does; asked before a step runs. */
  readonly missingSsh?: (id: string, signal: AbortSignal) => Promise<string | undefined>;
}

export type Compression = 'uncompressed' | 'gzip' | 'zstd';

/** What is said of an image by its manifest, by the index that lists it, or where one of the two is spoken of. */
export type AnnotationLevel = 'manifest' | 'manifest-descriptor' | 'index' | 'index-descriptor';

export type Annotations = readonly {
  readonly level: AnnotationLevel;
  /** Of manifests: only of this platform's, as it is written. */
  readonly platform?: string;
  readonly key: string;
  readonly value: string;
}[];

/** What is common to results that are blobs. */
export interface BlobOptions {
  readonly compression?: Compression;
  /** Of layers that are compressed now: 0 to 9 for gzip, 1 to 22 for zstd. */
  readonly compressionLevel?: number;
  /** Compress layers anew which are there in another form (base images). */
  readonly forceCompression?: boolean;
  /** Write OCI media types; the default differs by exporter as BuildKit's does. */
  readonly ociMediaTypes?: boolean;
  /** Times of files not later than SOURCE_DATE_EPOCH. */
  readonly rewriteTimestamp?: boolean;
  readonly annotations?: Annotations;
}

/** A stream the exporter writes into, and ends or destroys: a file, a session of the client, a response. */
export type ExportTarget = (signal: AbortSignal) => Promise<Writable>;

/**
 * Where a tree goes: a directory of this machine, a tar, or whoever reads it where it is mounted (`root`) until the promise
 * resolves. Of several platforms each has a directory `linux_amd64`; a visitor comes once for each, and is told its
 * `folder` (empty: none) and the `time` that all files are to have, in seconds since 1970, where there is one.
 */
export type TreeTarget =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'tar'; readonly open: ExportTarget }
  | {
      readonly kind: 'visit';
      readonly visit: (
        root: string,
        o: { folder: string; attributes: AttributeReader; time: number | undefined; signal: AbortSignal },
      ) => Promise<void>;
    };

export type ExportRequest =
  /** Into the local images. */
  | ({
      readonly type: 'image';
      /** `name:tag`s it shall have. */
      readonly names: readonly string[];
      readonly push?: boolean;
      readonly pushByDigest?: boolean;
      readonly insecure?: boolean;
      /** Keep it out of the local images (`store=false`), for a push alone. */
      readonly store?: boolean;
    } & BlobOptions)
  | ({
      readonly type: 'oci' | 'docker';
      readonly names: readonly string[];
      readonly tar: boolean;
      readonly target: TreeTarget;
    } & BlobOptions)
  /** The files of the last stage, as they are. */
  | { readonly type: 'local' | 'tar'; readonly target: TreeTarget; readonly platformSplit?: boolean }
  /** Only the cache. */
  | { readonly type: 'cacheonly' };

/** Blobs in a directory that only whoever wants the build can reach: caches of type `local`. */
export interface BlobStore {
  /** Bytes; undefined when it is not there. */
  size(digest: string, signal: AbortSignal): Promise<number | undefined>;
  /** Throws `not-found`. */
  read(digest: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Nothing happens when it is there already. */
  write(
    blob: { readonly digest: string; readonly size: number },
    data: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** `--cache-from` and `--cache-to`, attributes as BuildKit has them (`ref`, `src`, `dest`, `mode`, `tag`). */
export interface CacheReference {
  /** `inline`, `registry` or `local`; what else there is elsewhere is refused where it is written, and passed over with a word where it is read. */
  readonly type: string;
  /** Of a `local` one to read, `digest` names its index. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Where a `local` one is; the client itself writes the `index.json` that names what came into it. */
  readonly blobs?: BlobStore;
}

export interface ProvenanceOptions {
  readonly mode: 'min' | 'max';
  /** Of SLSA's predicate; v0.2 where nothing is said. */
  readonly version?: 'v0.2' | 'v1';
  /** Of the file beside files that are exported, in their directory; `provenance.json` where nothing is said. */
  readonly filename?: string;
  /** Who is said to have built it. */
  readonly builderId?: string;
  /** Its user says that the build gives the same again. */
  readonly reproducible?: boolean;
  /** Only with images that are pushed: nobody asked, and a local image is ready sooner without. */
  readonly inlineOnly?: boolean;
}

export interface SbomOptions {
  /** An image that makes the package lists; undefined for the engine itself. */
  readonly generator?: string;
  /** Variables of the generator, by their names without what all begin with. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface Attestations {
  /** Undefined for none. */
  readonly provenance?: ProvenanceOptions;
  /** Undefined for none. */
  readonly sbom?: SbomOptions;
}

/** What the client asked for in its own words, for provenance alone. */
export interface BuildWords {
  readonly frontend: string;
  readonly args: Readonly<Record<string, string>>;
  /** The repository its files are of. */
  readonly vcs: Readonly<Record<string, string>>;
}

/** One build. Optional fields have Docker's defaults. */
export interface BuildRequest {
  /** By which others can watch or cancel it; unique among those that run. */
  readonly id?: string;
  readonly dockerfile: DockerfileInput;
  /** The main context; undefined for a Dockerfile alone. */
  readonly context?: BuildSource;
  readonly namedContexts?: Readonly<Record<string, NamedContext>>;
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Arguments that were given without a value, which their client does not know. */
  readonly unsetArgs?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Empty: the machine's own. */
  readonly platforms?: readonly Platform[];
  /** Keep an index even for one platform (`BUILDKIT_MULTI_PLATFORM`). */
  readonly multiPlatform?: boolean;
  /** All steps, or those of the named stages, run although a result is known. */
  readonly noCache?: boolean | readonly string[];
  /** Ask the registry for base images even if they are here. */
  readonly pull?: boolean;
  readonly network?: 'default' | 'none' | 'host';
  /** `name:address`. */
  readonly extraHosts?: readonly string[];
  /** Bytes. */
  readonly shmSize?: number;
  readonly ulimits?: readonly Ulimit[];
  readonly cgroupParent?: string;
  readonly limits?: BuildLimits;
  readonly entitlements?: readonly Entitlement[];
  readonly callbacks?: BuildCallbacks;
  readonly cacheFrom?: readonly CacheReference[];
  readonly cacheTo?: readonly CacheReference[];
  readonly exports: readonly ExportRequest[];
  readonly attestations?: Attestations;
  readonly words?: BuildWords;
  /** One layer in place of all that were made. */
  readonly squash?: boolean;
  /** Lint only: nothing runs. */
  readonly checkOnly?: boolean;
  /** Seconds since 1970, instead of a build argument of that name. */
  readonly sourceDateEpoch?: number;
  /** `X-Registry-Config` and the like: credentials by registry, for pulls and pushes. */
  readonly credentials?: (registry: string, signal: AbortSignal) => Promise<RegistryCredentials | undefined>;
}

export interface RegistryCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly identityToken?: string;
}
