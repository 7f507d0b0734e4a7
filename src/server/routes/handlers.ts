// Every operation of the Engine API bound to what serves it.

import type { Builder } from '../../builder/index.ts';
import type { Engine } from '../../engine/index.ts';
import { openBuildkitDoor, type WorkerFacts } from '../buildkit/index.ts';
import type { Handlers } from '../handler.ts';
import { buildRoutes } from './build.ts';
import { containerRoutes } from './containers.ts';
import { execRoutes } from './exec.ts';
import { imageRoutes } from './images.ts';
import { networkRoutes } from './networks.ts';
import { notYetRoutes } from './not-yet.ts';
import { pluginRoutes } from './plugins.ts';
import { systemRoutes } from './system.ts';
import { volumeRoutes } from './volumes.ts';

export function createHandlers(engine: Engine, builder: Builder): Handlers {
  return {
    containers: containerRoutes(engine),
    exec: execRoutes(engine),
    images: imageRoutes(engine),
    networks: networkRoutes(engine),
    volumes: volumeRoutes(engine),
    system: systemRoutes(engine, builder),
    build: buildRoutes(builder, openBuildkitDoor(builder, workerFacts(engine, builder))),
    plugins: pluginRoutes(),
    swarm: notYetRoutes('swarm'),
    nodes: notYetRoutes('nodes'),
    services: notYetRoutes('services'),
    tasks: notYetRoutes('tasks'),
    secrets: notYetRoutes('secrets'),
    configs: notYetRoutes('configs'),
  };
}

function workerFacts({ config, networks }: Engine, builder: Builder): WorkerFacts {
  const { id, version, commit, name } = config;
  const { platform } = builder;
  return {
    ...{ id, version, commit, hostname: name, platform },
    hostGateway: () => networks.hostGateway,
    gcRules: () => builder.collectionRules(),
  };
}
