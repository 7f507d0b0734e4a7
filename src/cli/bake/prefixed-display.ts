// Several builds on one display: each vertex says whose it is.
import type { StatusResponse } from '../../api/buildkit/control.ts';
import type { BuildDisplay } from '../build-progress/build-display.ts';

/** News of the target `name` on a display that others use, too. */
export function prefixedDisplay(display: Pick<BuildDisplay, 'update'>, name: string): Pick<BuildDisplay, 'update'> {
  // The same step of two builds is two rows.
  const own = (digest: string | undefined) => `${name}\0${digest}`;
  return {
    update({ vertexes, statuses, logs, warnings }: StatusResponse) {
      display.update({
        vertexes: vertexes.map(vertex => ({
          ...vertex,
          digest: own(vertex.digest),
          inputs: vertex.inputs?.map(own),
          name: titled(name, vertex.name ?? ''),
        })),
        statuses: statuses.map(status => ({ ...status, vertex: own(status.vertex) })),
        logs: logs.map(log => ({ ...log, vertex: own(log.vertex) })),
        warnings: warnings.map(warning => ({ ...warning, vertex: own(warning.vertex) })),
      });
    },
  };
}

/** `[2/3] RUN make` becomes `[app 2/3] RUN make`. */
function titled(name: string, title: string): string {
  return title.startsWith('[') ? `[${name} ${title.slice(1)}` : `[${name}] ${title}`;
}
