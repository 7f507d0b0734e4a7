// The flags of `build`: buildx's, and those of the classic builder, which count here, too.
import { parseUlimit } from '../../container-config/limits.ts';
import { bool, type FlagOptions, list, string } from '../../grammar/flag.ts';
import { bytes, int } from '../../grammar/number-flags.ts';

/** Where a build shows what it does. */
export const progressFlag = () =>
  string('How progress is shown: auto, none, plain, quiet, rawjson or tty', { initial: 'auto' });

/** For scripts that name a builder: see `checkBuilder`. */
export const builderFlag = () => string('The builder: there is one, of the name of the context', { hidden: true });

const strings = (usage: string, options: FlagOptions = {}) => list<string>(usage, { ...options, type: 'stringArray' });

/** Checked here, sent as it is written. */
function ulimit(text: string): string {
  parseUlimit(text);
  return text;
}

export const buildFlags = {
  'add-host': list<string>('A host name with its address, for all steps (NAME:ADDRESS)', { type: 'strings' }),
  allow: strings('Grant steps a privilege (network.host, security.insecure)'),
  annotation: strings('Annotate the manifest of the image (KEY=VALUE)'),
  attest: strings('Describe the build in an attestation (type=provenance, type=sbom)'),
  'build-arg': strings('Set an ARG of the Dockerfile; without a value, that of the environment'),
  'build-context': strings('A further context by name (NAME=PATH, a URL, docker-image://IMAGE)'),
  builder: builderFlag(),
  'cache-from': strings('Use the cache of an earlier build (an image, or type=local,src=PATH)'),
  'cache-to': strings('Keep the cache for later builds (type=inline, type=registry,ref=NAME, type=local,dest=PATH)'),
  call: string('Ask instead of building: check, outline or targets', { initial: 'build' }),
  'cgroup-parent': string('Parent cgroup of all steps'),
  check: bool('Look for mistakes in the Dockerfile, and build nothing'),
  compress: bool('Taken and without effect: only what changed is sent', { hidden: true }),
  'cpu-period': int('Period of the CPU quota of each step, in microseconds', { hidden: true }),
  'cpu-quota': int('CPU time of each step in a period, in microseconds', { hidden: true }),
  'cpu-shares': int('Share of the CPU of each step, when there is not enough', { short: 'c', hidden: true }),
  'cpuset-cpus': string('CPUs that steps may use (0-3, 0,1)', { hidden: true }),
  'cpuset-mems': string('Memory nodes that steps may use (0-3, 0,1)', { hidden: true }),
  debug: bool('Show all that is known of warnings', { short: 'D' }),
  'disable-content-trust': bool('Taken and without effect', { initial: true, hidden: true }),
  file: string('The Dockerfile, "-" for standard input (default: "PATH/Dockerfile")', { short: 'f' }),
  'force-rm': bool('Taken and without effect: steps leave no containers', { hidden: true }),
  iidfile: string('Write the id of the image to this file'),
  isolation: string('Taken and without effect', { hidden: true }),
  label: strings('Label the image (KEY=VALUE)'),
  load: bool('Keep the image in the daemon: short for --output=type=docker'),
  memory: bytes('Memory of each step', { short: 'm', hidden: true }),
  'memory-swap': bytes('Memory and swap of each step together; -1 for unlimited swap', {
    hidden: true,
    unlimited: true,
  }),
  'metadata-file': string('Write what is known of the result to this file, as JSON'),
  network: string('Network of steps: default, none or host', { initial: 'default' }),
  'no-cache': bool('Run every step, whatever the cache knows'),
  'no-cache-filter': strings('Run every step of these stages'),
  output: strings('What becomes of the result (PATH, type=local|tar|oci|docker|image|registry,dest=PATH)', {
    short: 'o',
  }),
  platform: strings('Build for these platforms'),
  progress: progressFlag(),
  provenance: string('Short for --attest=type=provenance'),
  pull: bool('Look for newer base images'),
  push: bool('Push the image: short for --output=type=registry'),
  quiet: bool('Print the id of the image only', { short: 'q' }),
  rm: bool('Taken and without effect: steps leave no containers', { initial: true, hidden: true }),
  sbom: string('Short for --attest=type=sbom'),
  secret: strings('A secret for steps that mount it (id=ID[,src=PATH|,env=NAME])'),
  'security-opt': list<string>('Taken and without effect', { hidden: true }),
  'shm-size': bytes('Size of /dev/shm of steps'),
  squash: bool('Make one layer of all that are new'),
  ssh: strings('An SSH agent or keys for steps that mount them (default|ID[=SOCKET|=KEY[,KEY]])'),
  tag: strings('Name of the image', { short: 't' }),
  target: string('Build this stage'),
  ulimit: list('Resource limits of steps (NAME=SOFT[:HARD])', { type: 'ulimit', read: ulimit, shownDefault: '[]' }),
  why: bool('Say for each step why it was taken from the cache, or was not'),
};
