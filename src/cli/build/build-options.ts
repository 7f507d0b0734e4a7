// What a build is asked for in users' words, whether they come from flags or from a bake file.

/** Texts are as users write them: paths relative to the working directory, lists of `key=value`. */
export interface BuildOptions {
  /** A directory, a URL, a repository, or `-`. */
  readonly context: string;
  /** '' is `Dockerfile` in the context; `-` standard input. */
  readonly file: string;
  /** The Dockerfile itself, instead of a file. */
  readonly inline?: string;
  readonly namedContexts: readonly string[];
  readonly args: readonly string[];
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly tags: readonly string[];
  readonly target: string;
  readonly platforms: readonly string[];
  readonly noCache: boolean;
  readonly noCacheFilter: readonly string[];
  readonly pull: boolean;
  readonly network: string;
  readonly extraHosts: readonly string[];
  /** Bytes; 0 is the daemon's own. */
  readonly shmSize: number;
  readonly ulimits: readonly string[];
  readonly cgroupParent: string;
  readonly secrets: readonly string[];
  readonly ssh: readonly string[];
  readonly outputs: readonly string[];
  readonly push: boolean;
  readonly load: boolean;
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  /** `type=provenance,mode=max`. */
  readonly attests: readonly string[];
  readonly entitlements: readonly string[];
  /** What only our daemon understands, by its names: limits of steps, `squash`, `why`. */
  readonly ours: Readonly<Record<string, string>>;
}

/** A build of the current directory and nothing else. */
export const defaultBuildOptions: BuildOptions = {
  context: '.',
  file: '',
  namedContexts: [],
  args: [],
  labels: [],
  annotations: [],
  tags: [],
  target: '',
  platforms: [],
  noCache: false,
  noCacheFilter: [],
  pull: false,
  network: '',
  extraHosts: [],
  shmSize: 0,
  ulimits: [],
  cgroupParent: '',
  secrets: [],
  ssh: [],
  outputs: [],
  push: false,
  load: false,
  cacheFrom: [],
  cacheTo: [],
  attests: [],
  entitlements: [],
  ours: {},
};
