// Volumes: from requests to the engine's use-cases.

import { isAtLeast } from '../../api/versions.ts';
import {
  createVolume,
  type Engine,
  inspectVolume,
  listVolumes,
  pruneVolumes,
  removeVolume,
} from '../../engine/index.ts';
import { type Handlers, notImplemented } from '../handler.ts';

export function volumeRoutes(engine: Engine): Handlers['volumes'] {
  return {
    VolumeList: ({ query }) => listVolumes(engine, query.filters ?? {}),
    VolumeCreate: ({ body }) => createVolume(engine, body ?? {}),
    VolumeInspect: ({ path }) => inspectVolume(engine, path.name),
    VolumeUpdate: notImplemented,
    VolumeDelete: ({ path, query }) => removeVolume(engine, path.name, query.force === true),
    VolumePrune: ({ query: { filters = {} }, version }) =>
      // There was no such distinction before.
      pruneVolumes(engine, isAtLeast(version, '1.42') ? filters : { ...filters, all: ['true'] }),
  };
}
