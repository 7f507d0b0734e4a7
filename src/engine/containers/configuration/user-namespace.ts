// Whether a container has a user namespace, and what it cannot be then.

import type { HostConfig } from '../../../api/types/container-config.ts';
import { invalid } from '../../../lib/errors.ts';
import type { IdMap } from '../../../lib/id-map.ts';
import type { Engine } from '../../engine.ts';

/** The users of the container on the host; undefined when it has the host's. */
export function containerIds(engine: Pick<Engine, 'config'>, host: HostConfig): IdMap | undefined {
  return host.UsernsMode === 'host' ? undefined : engine.config.ids;
}

/** Throws `invalid` in Docker's words for what needs the host's users. */
export function refuseWithoutHostUsers(engine: Pick<Engine, 'config'>, host: HostConfig): void {
  if (!containerIds(engine, host)) return;
  if (host.Privileged) {
    throw invalid(
      'privileged mode is incompatible with user namespaces.  You must run the container in the host namespace when running privileged mode',
    );
  }
  if (host.NetworkMode === 'host') {
    throw invalid("cannot share the host's network namespace when user namespaces are enabled");
  }
  if (host.PidMode === 'host') throw invalid('cannot share the host PID namespace when user namespaces are enabled');
}
