// The image configuration blob: OCI's fields and the ones Docker adds.
import { invalid } from '../lib/errors.ts';
import { type Digest, isDigest } from './digest.ts';
import { parseJson } from './manifest.ts';

/** Times in nanoseconds; `Test` empty means inherit, `['NONE']` disables. */
export interface Healthcheck {
  Test?: string[];
  Interval?: number;
  Timeout?: number;
  StartPeriod?: number;
  StartInterval?: number;
  Retries?: number;
}

/** What a container made from the image starts with. Keys as on the wire; `null` comes from Docker's Go encoder. */
export interface ImageRunConfig {
  Hostname?: string;
  Domainname?: string;
  User?: string;
  AttachStdin?: boolean;
  AttachStdout?: boolean;
  AttachStderr?: boolean;
  ExposedPorts?: Record<string, object> | null;
  Tty?: boolean;
  OpenStdin?: boolean;
  StdinOnce?: boolean;
  Env?: string[] | null;
  Cmd?: string[] | null;
  Healthcheck?: Healthcheck;
  ArgsEscaped?: boolean;
  Image?: string;
  Volumes?: Record<string, object> | null;
  WorkingDir?: string;
  Entrypoint?: string[] | null;
  NetworkDisabled?: boolean;
  MacAddress?: string;
  OnBuild?: string[] | null;
  Labels?: Record<string, string> | null;
  StopSignal?: string;
  StopTimeout?: number;
  Shell?: string[] | null;
}

export interface HistoryEntry {
  created?: string;
  created_by?: string;
  author?: string;
  comment?: string;
  empty_layer?: boolean;
}

export interface ImageConfig {
  architecture: string;
  os: string;
  variant?: string;
  'os.version'?: string;
  'os.features'?: string[];
  created?: string;
  author?: string;
  comment?: string;
  docker_version?: string;
  /** Id of the container a `commit` was made from, and its configuration. */
  container?: string;
  container_config?: ImageRunConfig;
  config: ImageRunConfig;
  rootfs: { type: 'layers'; diff_ids: Digest[] };
  history?: HistoryEntry[];
}

/** Parses a configuration blob; throws `invalid` naming the key. A missing `config` becomes `{}`. */
export function parseImageConfig(bytes: Uint8Array | string, what = 'image config'): ImageConfig {
  const value = parseJson(bytes, what);
  if (typeof value !== 'object' || value === null) throw invalid(`${what}: not a JSON object`);
  const object = value as Record<string, unknown>;
  const rootfs = object.rootfs as { diff_ids?: unknown } | undefined;
  const diffIds = rootfs?.diff_ids ?? [];
  if (typeof rootfs !== 'object' || rootfs === null || !Array.isArray(diffIds))
    throw invalid(`${what}: invalid rootfs`);
  const bad = diffIds.find(id => typeof id !== 'string' || !isDigest(id));
  if (bad !== undefined) throw invalid(`${what}: rootfs.diff_ids: invalid digest ${JSON.stringify(bad)}`);
  if (object.config !== undefined && (typeof object.config !== 'object' || Array.isArray(object.config))) {
    throw invalid(`${what}: config: not an object`);
  }
  if (object.history !== undefined && object.history !== null && !Array.isArray(object.history)) {
    throw invalid(`${what}: history: not a list`);
  }
  const text = (key: string, fallback: string) =>
    typeof object[key] === 'string' ? (object[key] as string) : fallback;
  return {
    ...(object as Partial<ImageConfig>),
    architecture: text('architecture', ''),
    os: text('os', 'linux') || 'linux',
    config: (object.config ?? {}) as ImageRunConfig,
    rootfs: { type: 'layers', diff_ids: diffIds as Digest[] },
    history: (object.history ?? []) as HistoryEntry[],
  };
}
