// The network of a RUN step: a sandbox of its own, and the files that tell about it.
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanupStack } from '../../../lib/cleanup-stack.ts';
import type { Owner } from '../../../lib/id-map.ts';
import type { Networks } from '../../../networks/index.ts';
import type { MountSpec } from '../../../runtime/index.ts';
import type { RunOperation } from '../../graph/operation.ts';

export interface NameServers {
  readonly dns: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** Nothing of `mounts` gets into the layer. */
interface StepNetwork {
  /** Path of a network namespace, `host`, or `new`: the process makes it, so that it belongs to its user namespace. */
  readonly sandbox: string;
  readonly mounts: MountSpec[];
  /** For `new`: what is left to do when the process is there and its program does not run yet. */
  readonly join?: (pid: number) => void;
}

type StepOperation = Pick<RunOperation, 'network' | 'hostname' | 'extraHosts'>;

interface StepNetworkOptions {
  readonly id: string;
  /** Where the files are written, removed by the caller. */
  readonly directory: string;
  readonly nameServers: NameServers;
  /** Who its root is on the host, where the step has users of its own. */
  readonly root: Owner | undefined;
  readonly undo: CleanupStack;
}

/** `undo` takes it away again. */
export function prepareStepNetwork(op: StepOperation, o: StepNetworkOptions, networks: Networks): StepNetwork {
  const { id, undo } = o;
  const files = ['resolv.conf', 'hosts', 'hostname'];
  const mounts = files.map((name): MountSpec => {
    return { kind: 'bind', source: join(o.directory, name), destination: `/etc/${name}` };
  });
  if (op.network === 'host') {
    writeFiles(op, o, networks, undefined);
    return { sandbox: 'host', mounts };
  }
  undo.defer('network sandbox', () => networks.removeSandbox(id));
  if (!o.root) {
    const sandbox = networks.createSandbox(id);
    writeFiles(op, o, networks, joinNetwork(op, { ...o, sandbox }, networks));
    return { sandbox, mounts };
  }
  // What is mounted from them has to be there first.
  writeFiles(op, o, networks, undefined);
  const enter = (pid: number) => {
    const sandbox = networks.adoptSandbox(id, pid);
    writeFiles(op, o, networks, joinNetwork(op, { ...o, sandbox }, networks));
  };
  return { sandbox: 'new', mounts, join: enter };
}

/** The address it gets; none without a network. */
function joinNetwork(
  op: StepOperation,
  { id, sandbox, undo }: StepNetworkOptions & { sandbox: string },
  networks: Networks,
): string | undefined {
  if (op.network !== 'default') return undefined;
  const containerName = `build step ${id.slice(0, 12)}`;
  const { address } = networks.attach({ containerId: id, containerName, network: 'bridge', sandbox, ports: [] });
  undo.defer('network endpoint', () => networks.detach(id));
  return address || undefined;
}

function writeFiles(
  op: StepOperation,
  { directory, nameServers, root }: StepNetworkOptions,
  networks: Networks,
  address: string | undefined,
): void {
  const { dns, search, options } = nameServers;
  const hostNetwork = op.network === 'host';
  const files = {
    'resolv.conf': networks.resolvConf({ dns: [...dns], search: [...search], options: [...options], hostNetwork }),
    hosts: networks.hostsFile({
      hostname: op.hostname,
      extraHosts: [...op.extraHosts],
      hostNetwork,
      ...(address !== undefined && { address }),
    }),
    hostname: `${op.hostname}\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o644 });
    if (root) chownSync(path, root.uid, root.gid);
  }
}
