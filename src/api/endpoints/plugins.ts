// Operations on managed plugins.

import { bool, filters, int, str } from '../codecs.ts';
import { empty, endpoint, json, lines, optionalJsonBody, streamBody } from '../endpoint.ts';
import type { CreateImageInfo, PushImageInfo } from '../types/images.ts';
import type { Plugin, PluginPrivilege } from '../types/plugins.ts';

/** Keys are the operation ids of the reference. */
export const plugins = {
  PluginList: endpoint({ method: 'GET', path: '/plugins', query: { filters }, response: json<Plugin[]>() }),
  GetPluginPrivileges: endpoint({
    method: 'GET',
    path: '/plugins/privileges',
    query: { remote: str },
    response: json<PluginPrivilege[]>(),
  }),
  PluginPull: endpoint({
    method: 'POST',
    path: '/plugins/pull',
    query: { remote: str, name: str },
    body: optionalJsonBody<PluginPrivilege[]>(),
    response: lines<CreateImageInfo>(),
  }),
  PluginInspect: endpoint({ method: 'GET', path: '/plugins/{name*}/json', response: json<Plugin>() }),
  PluginDelete: endpoint({ method: 'DELETE', path: '/plugins/{name*}', query: { force: bool }, response: empty }),
  PluginEnable: endpoint({ method: 'POST', path: '/plugins/{name*}/enable', query: { timeout: int }, response: empty }),
  PluginDisable: endpoint({
    method: 'POST',
    path: '/plugins/{name*}/disable',
    query: { force: bool },
    response: empty,
  }),
  PluginUpgrade: endpoint({
    method: 'POST',
    path: '/plugins/{name*}/upgrade',
    query: { remote: str },
    body: optionalJsonBody<PluginPrivilege[]>(),
    response: lines<CreateImageInfo>(),
  }),
  PluginCreate: endpoint({
    method: 'POST',
    path: '/plugins/create',
    query: { name: str },
    body: streamBody('application/x-tar'),
    response: empty,
    status: 204,
  }),
  PluginPush: endpoint({ method: 'POST', path: '/plugins/{name*}/push', response: lines<PushImageInfo>() }),
  PluginSet: endpoint({
    method: 'POST',
    path: '/plugins/{name*}/set',
    body: optionalJsonBody<string[]>(),
    response: empty,
    status: 204,
  }),
};
