// The containers that a new one wants to share namespaces with have to be there.

import type { HostConfig } from '../../../../api/types/container-config.ts';
import { invalid } from '../../../../lib/errors.ts';
import type { Engine } from '../../../engine.ts';

/** Throws `invalid` for a container of `--ipc`, `--pid` or `--volumes-from` that is not there. */
export function requireOthers(engine: Pick<Engine, 'containers'>, host: HostConfig): void {
  const modes = [host.IpcMode, host.PidMode].filter(mode => mode?.startsWith('container:'));
  const named = modes.map(mode => (mode ?? '').slice('container:'.length));
  const volumes = (host.VolumesFrom ?? []).map(text => text.split(':')[0] ?? '').filter(name => name !== '');
  for (const name of [...named, ...volumes]) {
    if (!engine.containers.find(name)) throw invalid(`No such container: ${name}`);
  }
}
