// The engine about itself: ping, version, info, events, disk usage, and the versions it speaks.

import { asks, asksAll, fill, filters, type Scenarios } from '../scenario.ts';

const versions = [
  '1.24',
  '1.25',
  '1.30',
  '1.35',
  '1.40',
  '1.41',
  '1.42',
  '1.43',
  '1.44',
  '1.46',
  '1.48',
  '1.50',
  '1.51',
];

export const systemScenarios: Scenarios = {
  ping: async side => {
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await side.ask(method, '/_ping');
      const { server: _server, date: _date, ...rest } = headers;
      side.note(`${method} headers`, rest);
    }
    await side.ask('GET', '/v1.30/_ping');
  },
  'headers of an answer': async side => {
    const { headers } = await side.ask('GET', '/version');
    const { server: _server, date: _date, 'content-length': _length, ...rest } = headers;
    side.note('headers', rest);
  },
  version: asks('GET', '/version'),
  info: asks('GET', '/info'),
  'info of old versions': asksAll('GET /v1.24/info', 'GET /v1.41/info', 'GET /v1.46/info'),
  'disk usage': asks('GET', '/system/df?type=volume&type=build-cache'),
  'disk usage of containers': asks('GET', '/system/df?type=container'),
  'disk usage of nonsense': asks('GET', '/system/df?type=nosuch'),
  'every version of a list': async side => {
    for (const version of versions) {
      await side.ask('GET', `/v${version}/containers/json?all=1&${filters({ name: [side.prefix] })}`);
    }
  },
  'every version of inspect': async side => {
    for (const version of versions) await side.ask('GET', fill(`/v${version}/containers/{running}/json`, side));
  },
  'every version of networks and volumes': async side => {
    for (const version of versions) {
      await side.ask('GET', `/v${version}/networks/host`);
      await side.ask('GET', `/v${version}/volumes?${filters({ name: ['nosuch'] })}`);
    }
  },
  'every version of version': asksAll(...versions.map(version => `GET /v${version}/version`)),
  'versions out of the window': asksAll(
    'GET /v1.23/version',
    'GET /v1.12/info',
    'GET /v1.52/version',
    'GET /v2.0/containers/json',
    'GET /v1/version',
    'GET /v1.1.1/version',
    'GET /vx/version',
    'GET /v1.23/_ping',
    'GET /v9.99/nosuch',
  ),
  'events of the past': async side => {
    await side.prepare('POST', `/containers/create?name=${side.name('c')}`, { Image: 'busybox', Cmd: ['true'] });
    await side.prepare('POST', `/containers/${side.name('c')}/start`);
    await side.prepare('POST', `/containers/${side.name('c')}/wait`);
    await side.prepare('DELETE', `/containers/${side.name('c')}`);
    const until = Math.ceil(Date.now() / 1000);
    await side.ask('GET', `/events?since=1&until=${until}&${filters({ container: [side.name('c')] })}`);
  },
  'events of nothing': asks('GET', `/events?since=1&until=2&${filters({ type: ['image'] })}`),
  'events by malformed queries': asksAll(
    'GET /events?since=x',
    'GET /events?until=x',
    'GET /events?since=2&until=1',
    'GET /events?filters=x',
  ),
  'auth of nothing': asks('POST', '/auth', '{'),
  'swarm is off': asksAll('GET /swarm', 'GET /nodes', 'GET /services', 'GET /tasks', 'GET /secrets', 'GET /configs'),
};
