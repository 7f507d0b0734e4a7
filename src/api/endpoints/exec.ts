// Operations on processes started in containers.

import { terminalSize } from '../codecs.ts';
import { empty, endpoint, hijack, json, jsonBody, optionalJsonBody } from '../endpoint.ts';
import type { IDResponse } from '../types/common.ts';
import type { ExecConfig, ExecInspectResponse, ExecStartConfig } from '../types/exec.ts';

/** Keys are the operation ids of the reference. */
export const exec = {
  ContainerExec: endpoint({
    method: 'POST',
    path: '/containers/{id}/exec',
    body: jsonBody<ExecConfig>(),
    response: json<IDResponse>(),
    status: 201,
  }),
  ExecStart: endpoint({
    method: 'POST',
    path: '/exec/{id}/start',
    body: optionalJsonBody<ExecStartConfig>(),
    response: hijack,
    status: 101,
  }),
  ExecResize: endpoint({
    method: 'POST',
    path: '/exec/{id}/resize',
    query: { h: terminalSize, w: terminalSize },
    response: empty,
  }),
  ExecInspect: endpoint({ method: 'GET', path: '/exec/{id}/json', response: json<ExecInspectResponse>() }),
};
