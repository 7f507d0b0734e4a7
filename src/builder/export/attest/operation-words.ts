// One operation as BuildKit's JSON of it: names and numbers of solver/pb/ops.proto.
import type { Platform } from '../../../oci/platform.ts';
import type { Node } from '../../graph/node.ts';
import type {
  CopyOperation,
  Operation,
  RunMountOperation,
  RunOperation,
  SourceOperation,
} from '../../graph/operation.ts';
import type { BaseMaterial } from './build-facts.ts';

type Words = Readonly<Record<string, unknown>>;

/** Numbers of BuildKit's enumerations; zero is left out. */
const numbers = {
  mount: { bind: 0, secret: 1, ssh: 2, cache: 3, tmpfs: 4 },
  sharing: { shared: 0, private: 1, locked: 2 },
  network: { default: 0, host: 1, none: 2 },
} as const;

/** No input, no output. */
const none = -1;
/** The name of the machine where nobody chose one, which the definition does not tell. */
const sandbox = 'buildkitsandbox';
/** No time of its own, no mode. */
const unset = -1;

export function operationInWords(node: Node, o: { platform: Platform; bases: readonly BaseMaterial[] }): Words {
  const { op } = node;
  const { os: OS, architecture: Architecture, variant: Variant } = o.platform;
  const onPlatform = op.kind === 'run' || op.kind === 'image';
  return {
    Op: wordsOf(op, node, o.bases),
    ...(onPlatform && { platform: full({ Architecture, OS, Variant }) }),
    constraints: {},
  };
}

function wordsOf(op: Operation, { inputs, vertex }: Node, bases: readonly BaseMaterial[]): Words {
  switch (op.kind) {
    case 'image': {
      // Images are known to the graph by their layers; their vertices bear the name: `[stage 1/2] FROM name`.
      const name = vertex.name.replace(/^(?:\[[^\]]*\] )?FROM /, '');
      const base = bases.find(one => one.name === name);
      return { source: { identifier: `docker-image://${name}${base ? `@${base.digest}` : ''}` } };
    }
    case 'linked':
      return { source: { identifier: `berth-build://${op.target.key}` } };
    case 'source':
      return { source: sourceWords(op) };
    case 'run':
      return { exec: runWords(op, inputs) };
    case 'copy':
      return { file: { actions: copyWords(op, inputs) } };
    case 'inline':
      return {
        file: {
          actions: op.files.map(({ path, content }, at) => {
            const data = Buffer.from(content).toString('base64');
            return action(at === 0 ? none : at, none, {
              mkfile: { path: `/${path}`, mode: 0o644, data, timestamp: unset },
            });
          }),
        },
      };
    case 'directory': {
      const owner = op.user === '' ? undefined : ownerWords(op.user);
      const mkdir = full({ path: op.path, mode: 0o755, makeParents: true, owner, timestamp: unset });
      return { file: { actions: [action(place(inputs, 0), none, { mkdir })] } };
    }
    case 'merge':
      return { merge: { inputs: inputs.map((_, input) => full({ input })) } };
    case 'scratch':
      return {};
  }
}

function sourceWords({ source, filter }: SourceOperation): Words {
  if (source.local === undefined) return { identifier: source.origin?.uri ?? source.label };
  const list = (values: readonly string[] | undefined) => (values?.length ? JSON.stringify(values) : undefined);
  const attrs = full({
    'local.excludepatterns': list(filter.exclude),
    'local.followpaths': list(filter.follow),
    'local.includepattern': list(filter.include),
    'local.sharedkeyhint': source.local,
  });
  return { identifier: `local://${source.local}`, attrs };
}

function runWords(op: RunOperation, inputs: readonly Node[]): Words {
  const { args, env, cwd, user, hostname, mounts } = op;
  const extraHosts = op.extraHosts.map(text => {
    const colon = text.indexOf(':');
    return { Host: text.slice(0, colon), IP: text.slice(colon + 1) };
  });
  const variables = mounts.flatMap(mount =>
    mount.type === 'secret' && mount.env !== undefined
      ? [full({ ID: mount.id, name: mount.env, optional: !mount.required })]
      : [],
  );
  return full({
    meta: full({
      args,
      env,
      cwd,
      user,
      hostname: hostname === sandbox ? '' : hostname,
      extraHosts,
      removeMountStubsRecursive: true,
    }),
    mounts: [full({ input: place(inputs, 0), dest: '/' }), ...mounts.flatMap(mount => mountWords(mount, inputs) ?? [])],
    network: numbers.network[op.network],
    security: op.insecure ? 1 : 0,
    secretenv: variables,
  });
}

/** Undefined for what BuildKit has otherwise: scripts of the Dockerfile, secrets that are variables alone. */
function mountWords(mount: RunMountOperation, inputs: readonly Node[]): Words | undefined {
  if (mount.type === 'script' || (mount.type === 'secret' && mount.env !== undefined && !mount.mounted))
    return undefined;
  const input = 'input' in mount && mount.input !== undefined ? place(inputs, mount.input) : none;
  const selector = 'source' in mount && mount.source !== '/' ? mount.source : '';
  const mountType = numbers.mount[mount.type];
  const common = { input, selector, dest: mount.target, output: none, mountType };
  switch (mount.type) {
    case 'bind':
      return full({ ...common, readonly: mount.readonly });
    case 'cache':
      return full({
        ...common,
        readonly: mount.readonly,
        cacheOpt: full({ ID: mount.id, sharing: numbers.sharing[mount.sharing] }),
      });
    case 'tmpfs':
      return full({ ...common, TmpfsOpt: full({ size: mount.size ?? 0 }) });
    case 'secret':
    case 'ssh': {
      const { id: ID, uid, gid, mode, required } = mount;
      const option = full({ ID, uid, gid, mode, optional: !required });
      return full({ ...common, output: 0, ...(mount.type === 'ssh' ? { SSHOpt: option } : { secretOpt: option }) });
    }
  }
}

/** One action for each source; those behind the first work on what the one before has made. */
function copyWords(op: CopyOperation, inputs: readonly Node[]): Words[] {
  const sources = op.parts.flatMap(part => part.sources.map(src => ({ part, src })));
  return sources.map(({ part, src }, at) => {
    const { unpack, input } = part;
    const mode = op.chmod?.kind === 'octal' ? op.chmod.mode : unset;
    const copy = full({
      src: src.startsWith('/') ? src : `/${src}`,
      dest: op.destination,
      owner: op.chown === undefined ? undefined : ownerWords(op.chown),
      mode,
      modeStr: op.chmod?.kind === 'symbolic' ? op.chmod.rules : undefined,
      followSymlink: true,
      dirCopyContents: true,
      attemptUnpackDockerCompatibility: unpack,
      createDestPath: true,
      allowWildcard: true,
      allowEmptyWildcard: true,
      timestamp: unset,
      excludePatterns: op.exclude,
    });
    // Numbers go on behind the inputs.
    const below = at === 0 ? place(inputs, 0) : inputs.filter(one => !isEmpty(one)).length + at - 1;
    return action(below, place(inputs, input), { copy });
  });
}

const action = (input: number, secondaryInput: number, Action: Words) => ({ input, secondaryInput, output: 0, Action });

function ownerWords(text: string): Words {
  const [user = '', group] = text.split(':');
  const one = (name: string) => ({ User: /^\d+$/.test(name) ? { byID: Number(name) } : { byName: { name } } });
  return { user: one(user), ...(group !== undefined && { group: one(group) }) };
}

const isEmpty = (node: Node | undefined) => node?.op.kind === 'scratch';

/** The number of an input among those that have steps; none for one that has nothing. */
function place(inputs: readonly Node[], number: number): number {
  if (isEmpty(inputs[number])) return none;
  return inputs.slice(0, number).filter(one => !isEmpty(one)).length;
}

/** Without what is empty, as Go leaves it out. */
function full(values: Record<string, unknown>): Words {
  const isFull = (value: unknown) =>
    value !== undefined &&
    value !== '' &&
    value !== 0 &&
    value !== false &&
    !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(values).filter(([, value]) => isFull(value)));
}
