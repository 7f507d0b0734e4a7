// The shape of every JSON body, by operation.

import type { BodyOf, Endpoint, JsonBody } from '../../api/endpoint.ts';
import type { OperationId, Operations } from '../../api/endpoints.ts';
import type { Shape, ShapeOf } from './shape.ts';
import * as containers from './shapes/containers.ts';
import * as resources from './shapes/resources.ts';
import { serviceSpec } from './shapes/services.ts';
import * as swarm from './shapes/swarm.ts';

/** An operation with a JSON body that is missing here, or whose shape is not that of its type, does not compile. */
type BodyShapes = {
  readonly [O in OperationId as Operations[O] extends { body: JsonBody<unknown> }
    ? O
    : never]: Operations[O] extends Endpoint ? ShapeOf<BodyOf<Operations[O]>> : never;
};

const shapes = {
  ContainerCreate: containers.containerCreateRequest,
  ContainerUpdate: containers.containerUpdateRequest,
  ContainerExec: containers.execConfig,
  ExecStart: containers.execStartConfig,
  ImageCommit: containers.containerConfig,
  NetworkCreate: resources.networkCreateRequest,
  NetworkConnect: resources.networkConnectRequest,
  NetworkDisconnect: resources.networkDisconnectRequest,
  VolumeCreate: resources.volumeCreateOptions,
  VolumeUpdate: resources.volumeUpdateRequest,
  SystemAuth: resources.authConfig,
  PluginPull: [resources.pluginPrivilege],
  PluginUpgrade: [resources.pluginPrivilege],
  PluginSet: ['string'],
  SwarmInit: swarm.swarmInitRequest,
  SwarmJoin: swarm.swarmJoinRequest,
  SwarmUpdate: swarm.swarmSpec,
  SwarmUnlock: swarm.swarmUnlockRequest,
  NodeUpdate: swarm.nodeSpec,
  ServiceCreate: serviceSpec,
  ServiceUpdate: serviceSpec,
  SecretCreate: swarm.secretSpec,
  SecretUpdate: swarm.secretSpec,
  ConfigCreate: swarm.configSpec,
  ConfigUpdate: swarm.configSpec,
} as const satisfies BodyShapes;

/** The shape of an operation's JSON body; undefined for one that has none. */
export function bodyShape(operation: string): Shape | undefined {
  const all: Readonly<Record<string, Shape>> = shapes;
  return all[operation];
}
