// The network of a RUN step: a sandbox of its own, and the files that tell about it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanupStack } from '../../../lib/cleanup-stack.ts';
import type { Networks } from '../../../networks/index.ts';
import type { MountSpec } from '../../../runtime/index.ts';
import type { RunOperation } from '../../graph/operation.ts';

export interface NameServers {
  readonly dns: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** `sandbox`: path of a network namespace, or `host`. Nothing of `mounts` gets into the layer. */
export interface StepNetwork {
  readonly sandbox: string;
  readonly mounts: MountSpec[];
}

/** `directory`: where the files are written, removed by the caller. */
export function prepareStepNetwork(
  op: Pick<RunOperation, 'network' | 'hostname' | 'extraHosts'>,
  o: { id: string; directory: string; nameServers: NameServers; undo: CleanupStack },
  networks: Networks,
): StepNetwork {
  const { id, undo, nameServers } = o;
  const host = op.network === 'host';
  const sandbox = host ? 'host' : networks.createSandbox(id);
  if (!host) undo.defer('network sandbox', () => networks.removeSandbox(id));
  let address: string | undefined;
  if (op.network === 'default') {
    const request = {
      containerId: id,
      containerName: `build step ${id.slice(0, 12)}`,
      network: 'bridge',
      sandbox,
      ports: [],
    };
    address = networks.attach(request).address || undefined;
    undo.defer('network endpoint', () => networks.detach(id));
  }
  const { dns, search, options } = nameServers;
  const files = {
    'resolv.conf': networks.resolvConf({
      dns: [...dns],
      search: [...search],
      options: [...options],
      hostNetwork: host,
    }),
    hosts: networks.hostsFile({
      hostname: op.hostname,
      extraHosts: [...op.extraHosts],
      hostNetwork: host,
      ...(address !== undefined && { address }),
    }),
    hostname: `${op.hostname}\n`,
  };
  const mounts = Object.entries(files).map(([name, text]): MountSpec => {
    const source = join(o.directory, name);
    writeFileSync(source, text, { mode: 0o644 });
    return { kind: 'bind', source, destination: `/etc/${name}` };
  });
  return { sandbox, mounts };
}
