// All operations of the Engine API, by tag.

import { build } from './endpoints/build.ts';
import { containers } from './endpoints/containers.ts';
import { exec } from './endpoints/exec.ts';
import { images } from './endpoints/images.ts';
import { networks } from './endpoints/networks.ts';
import { plugins } from './endpoints/plugins.ts';
import { configs } from './endpoints/swarm/configs.ts';
import { nodes } from './endpoints/swarm/nodes.ts';
import { secrets } from './endpoints/swarm/secrets.ts';
import { services } from './endpoints/swarm/services.ts';
import { swarm } from './endpoints/swarm/swarm.ts';
import { tasks } from './endpoints/swarm/tasks.ts';
import { system } from './endpoints/system.ts';
import { volumes } from './endpoints/volumes.ts';

/** Every operation, under its tag; keys are the reference's operation ids. */
export const endpoints = {
  containers,
  exec,
  images,
  build,
  networks,
  volumes,
  system,
  plugins,
  swarm,
  nodes,
  services,
  tasks,
  secrets,
  configs,
};

export type Endpoints = typeof endpoints;
export type Tag = keyof Endpoints;

type Merge<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** Every operation by its id, whatever its tag. */
export type Operations = Merge<Endpoints[Tag]>;
export type OperationId = keyof Operations;
