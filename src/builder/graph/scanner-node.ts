// The step that runs an SBOM generator, by BuildKit's protocol for scanners: what is to be looked at is mounted, and what the
// image's command finds it leaves in a directory, as in-toto statements.
import { invalid } from '../../lib/errors.ts';
import type { ResolvedImage } from './graph-inputs.ts';
import { createNode, type Node } from './node.ts';
import type { RunMountOperation, RunOperation } from './operation.ts';
import type { ScanTargets } from './scan-targets.ts';

const sources = '/run/src';
/** Where the scanner's statements are when its step has been run. */
export const scanDestination = '/run/out';
const coreName = 'sbom';

interface ScannerOptions extends Pick<RunOperation, 'network' | 'hostname' | 'extraHosts'> {
  /** The platform of what is looked at, as progress names it. */
  readonly platform: string;
  /** Of the generator: variables whose names begin with BUILDKIT_SCAN_. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly ignoreCache: boolean;
}

/** Throws `invalid` for an image that runs nothing by itself. */
export function scannerNode({ name, image }: ResolvedImage, targets: ScanTargets, o: ScannerOptions): Node {
  const { config: run } = image.config;
  const args = [...(run?.Entrypoint ?? []), ...(run?.Cmd ?? [])];
  if (args.length === 0) throw invalid(`scanner ${name} does not have cmd`);
  const shown = `[${o.platform}] generating sbom using ${name}`;
  const { ignoreCache } = o;
  const base = createNode({ op: { kind: 'image', chain: image.chainIds.at(-1) }, name: `${shown}: FROM ${name}` });
  const directory = { kind: 'directory', path: scanDestination, user: '' } as const;
  const root = createNode({ op: directory, inputs: [base], name: `${shown}: ${scanDestination}` });
  const extras = [...targets.extras];
  const op: RunOperation = {
    kind: 'run',
    args,
    env: [...(run?.Env ?? []), ...variables(targets, o.parameters)],
    proxyEnv: [],
    cwd: run?.WorkingDir || '/',
    user: '',
    network: o.network,
    insecure: false,
    mounts: [
      { type: 'tmpfs', target: '/tmp', size: undefined },
      bind(`core/${coreName}`, 1),
      ...extras.map(([extra], index) => bind(`extras/${coreName}-${extra}`, index + 2)),
    ],
    hostname: o.hostname,
    extraHosts: o.extraHosts,
  };
  const inputs = [root, targets.core, ...extras.map(([, node]) => node)];
  return createNode({ op, inputs, name: shown, ignoreCache });
}

const bind = (place: string, input: number): RunMountOperation => ({
  type: 'bind',
  target: `${sources}/${place}`,
  source: '/',
  input,
  readonly: true,
});

function variables({ extras }: ScanTargets, parameters: Readonly<Record<string, string>>): string[] {
  return [
    `BUILDKIT_SCAN_DESTINATION=${scanDestination}/`,
    `BUILDKIT_SCAN_SOURCE=${sources}/core/${coreName}`,
    ...(extras.size > 0 ? [`BUILDKIT_SCAN_SOURCE_EXTRAS=${sources}/extras/`] : []),
    ...Object.entries(parameters).map(([name, value]) => `BUILDKIT_SCAN_${name}=${value}`),
  ];
}
