// Volumes, and the networks that are always there.

import { asks, asksAll, filters, type Scenarios } from '../scenario.ts';

export const resourceScenarios: Scenarios = {
  'a volume': async side => {
    await side.ask('POST', '/volumes/create', { Name: side.name('v'), Labels: { a: 'b' } }, 'values');
    await side.ask('POST', '/volumes/create', { Name: side.name('v') }, 'values');
    await side.ask('GET', `/volumes/${side.name('v')}`, undefined, 'values');
    await side.ask('GET', `/volumes?${filters({ name: [side.prefix] })}`, undefined, 'values');
    await side.ask('DELETE', `/volumes/${side.name('v')}`);
    await side.ask('DELETE', `/volumes/${side.name('v')}`);
    await side.ask('DELETE', `/volumes/${side.name('v')}?force=1`);
  },
  'a volume with options': async side => {
    const DriverOpts = { type: 'tmpfs', device: 'tmpfs', o: 'size=1m' };
    await side.ask('POST', '/volumes/create', { Name: side.name('v'), DriverOpts }, 'values');
    await side.ask('POST', '/volumes/create', { Name: side.name('v'), DriverOpts: { type: 'none' } });
  },
  'volumes refused': async side => {
    const bodies = [
      { Name: 'a b' },
      { Name: 'x' },
      { Name: '../x' },
      { Name: side.name('v'), Driver: 'nosuch' },
      { Name: side.name('v'), DriverOpts: { nosuch: '1' } },
      { Name: side.name('v'), DriverOpts: { type: 'nfs' } },
      { Name: side.name('v'), DriverOpts: { o: 'size=1m' } },
      { Name: 1 },
      { Name: side.name('v'), ClusterVolumeSpec: {} },
    ];
    for (const body of bodies) await side.ask('POST', '/volumes/create', body);
  },
  'an anonymous volume': async side => {
    const answer = await side.ask('POST', '/volumes/create', { Labels: { [side.prefix]: '1' } }, 'values');
    const { Name } = JSON.parse(answer.body.toString()) as { Name: string };
    await side.ask('DELETE', `/volumes/${Name}`);
  },
  'a volume in use': async side => {
    const HostConfig = { Binds: [`${side.name('v')}:/v`] };
    await side.prepare('POST', `/containers/create?name=${side.name('c')}`, { Image: 'busybox', HostConfig });
    await side.ask('DELETE', `/volumes/${side.name('v')}`);
    await side.ask('DELETE', `/volumes/${side.name('v')}?force=1`);
    await side.ask('GET', `/volumes?${filters({ dangling: ['true'], name: [side.prefix] })}`);
    await side.ask('GET', `/volumes?${filters({ dangling: ['false'], name: [side.prefix] })}`);
  },
  'volumes that are not there': asksAll(
    'GET /volumes/nosuch',
    'DELETE /volumes/nosuch',
    'PUT /volumes/nosuch?version=1',
  ),
  'volumes by filters': asksAll(
    `GET /volumes?${filters({ nosuch: ['1'] })}`,
    `GET /volumes?${filters({ dangling: ['x'] })}`,
    `GET /volumes?${filters({ driver: ['nosuch'] })}`,
    `GET /volumes?${filters({ label: ['nosuch'] })}`,
    'GET /volumes?filters=x',
  ),
  'volumes pruned by filters': asksAll(
    `POST /volumes/prune?${filters({ label: ['nosuch'] })}`,
    `POST /volumes/prune?${filters({ nosuch: ['1'] })}`,
    `POST /volumes/prune?${filters({ all: ['x'] })}`,
    `POST /volumes/prune?${filters({ until: ['1h'] })}`,
  ),
  'the predefined networks': async side => {
    for (const name of ['bridge', 'host', 'none']) await side.ask('GET', `/networks/${name}`);
    await side.ask('GET', `/networks?${filters({ type: ['builtin'] })}`);
  },
  'host and none in full': async side => {
    for (const name of ['host', 'none']) await side.ask('GET', `/networks/${name}`, undefined, 'values');
  },
  'networks by filters': asksAll(
    `GET /networks?${filters({ name: ['nosuch'] })}`,
    `GET /networks?${filters({ name: ['host'] })}`,
    `GET /networks?${filters({ driver: ['null'] })}`,
    `GET /networks?${filters({ type: ['nosuch'] })}`,
    `GET /networks?${filters({ nosuch: ['1'] })}`,
    `GET /networks?${filters({ scope: ['local'], driver: ['host'] })}`,
    `GET /networks?${filters({ dangling: ['x'] })}`,
    'GET /networks?filters=x',
  ),
  'networks that are not there': asksAll(
    'GET /networks/nosuch',
    'DELETE /networks/nosuch',
    'GET /networks/bridge?scope=swarm',
  ),
  'a predefined network must stay': asksAll(
    'DELETE /networks/bridge',
    'DELETE /networks/host',
    'DELETE /networks/none',
  ),
  'networks with verbose': asks('GET', '/networks/bridge?verbose=x'),
  'networks pruned by filters': asksAll(
    `POST /networks/prune?${filters({ label: ['nosuch'] })}`,
    `POST /networks/prune?${filters({ nosuch: ['1'] })}`,
    `POST /networks/prune?${filters({ until: ['x'] })}`,
  ),
};
