// Steps of a container's life, those it is ready for and those it is not.

import { asks, asksAll, fill, type Play, type Scenarios } from '../scenario.ts';
import type { Side } from '../side.ts';

const script = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

async function create(side: Side, request: object = {}): Promise<string> {
  const name = side.name('c');
  const body = { Image: 'busybox', Cmd: ['sh', '-c', script], ...request };
  await side.prepare('POST', `/containers/create?name=${name}`, body);
  return `/containers/${name}`;
}

/** Requests on a container of one's own, `METHOD rest-of-path` each. */
const life =
  (request: object, ...steps: string[]): Play =>
  async side => {
    const path = await create(side, request);
    for (const step of steps) {
      const [method = '', rest = ''] = fill(step, side).split(' ');
      await side.ask(method, method === 'DELETE' ? `${path}?${rest}` : `${path}/${rest}`);
    }
  };

/** A container that ends by itself, and the state it leaves. */
const ends =
  (Cmd: string[], more: object = {}): Play =>
  async side => {
    const path = await create(side, { Cmd, ...more });
    await side.ask('POST', `${path}/start`);
    await side.ask('POST', `${path}/wait`, undefined, 'values');
    const state = (await side.prepare('GET', `${path}/json`)).State as Record<string, unknown>;
    side.note('state', { code: state.ExitCode, status: state.Status, error: state.Error, oom: state.OOMKilled });
  };

export const lifecycleScenarios: Scenarios = {
  'start, twice': life({}, 'POST start', 'POST start', 'POST kill', 'POST wait'),
  'stop, twice': life({}, 'POST start', 'POST stop?t=5', 'POST stop', 'POST start', 'POST restart?t=5'),
  'stop of created': life({}, 'POST stop', 'POST restart?t=1'),
  'pause, twice': life({}, 'POST start', 'POST pause', 'POST pause', 'POST unpause', 'POST unpause'),
  'what a paused one refuses': asksAll(
    'POST /containers/{paused}/start',
    'POST /containers/{paused}/pause',
    'POST /containers/{paused}/rename',
    'DELETE /containers/{paused}',
    'POST /containers/{paused}/resize?h=1&w=1',
  ),
  'pause of what does not run': asksAll(
    'POST /containers/{created}/pause',
    'POST /containers/{exited}/pause',
    'POST /containers/{created}/unpause',
    'POST /containers/{running}/unpause',
    'POST /containers/nosuch/pause',
    'POST /containers/nosuch/unpause',
  ),
  'kill of what does not run': asksAll(
    'POST /containers/{created}/kill',
    'POST /containers/{exited}/kill',
    'POST /containers/nosuch/kill',
  ),
  'kill by malformed signals': asksAll(
    'POST /containers/{running}/kill?signal=NOSUCH',
    'POST /containers/{running}/kill?signal=0',
    'POST /containers/{running}/kill?signal=1000',
    'POST /containers/{running}/kill?signal=-1',
    'POST /containers/{running}/stop?signal=NOSUCH',
    'POST /containers/{running}/restart?signal=NOSUCH',
  ),
  'kill by a harmless signal': asksAll(
    'POST /containers/{running}/kill?signal=SIGWINCH',
    'POST /containers/{running}/kill?signal=winch',
    'POST /containers/{running}/kill?signal=28',
  ),
  'kill and what is left': life(
    { StopSignal: 'SIGUSR1' },
    'POST start',
    'POST kill?signal=KILL',
    'POST wait',
    'POST kill',
  ),
  'stop for a malformed time': asksAll(
    'POST /containers/{running}/stop?t=x',
    'POST /containers/{running}/restart?t=x',
    'POST /containers/nosuch/stop',
    'POST /containers/nosuch/restart',
    'POST /containers/nosuch/start',
  ),
  'rename errors': asksAll(
    'POST /containers/{created}/rename',
    'POST /containers/{created}/rename?name=',
    'POST /containers/{created}/rename?name=a%20b',
    'POST /containers/{created}/rename?name={created}',
    'POST /containers/{created}/rename?name={running}',
    'POST /containers/nosuch/rename?name=other',
  ),
  rename: async side => {
    const path = await create(side);
    await side.ask('POST', `${path}/rename?name=${side.name('other')}`);
    await side.ask('GET', `${path}/json`);
    await side.ask('POST', `/containers/${side.name('other')}/rename?name=/${side.name('c')}`);
    await side.ask('DELETE', path);
  },
  'remove errors': asksAll(
    'DELETE /containers/{running}',
    'DELETE /containers/{paused}',
    'DELETE /containers/nosuch',
    'DELETE /containers/nosuch?force=1',
    'DELETE /containers/{created}?link=1',
  ),
  'remove by force': life({}, 'POST start', 'DELETE force=1', 'DELETE force=1'),
  'wait errors': asksAll('POST /containers/nosuch/wait', 'POST /containers/{exited}/wait?condition=nosuch'),
  'wait by condition': asksAll(
    'POST /containers/{exited}/wait?condition=not-running',
    'POST /containers/{created}/wait?condition=not-running',
    'POST /containers/{exited}/wait?condition=',
  ),
  'resize errors': asksAll(
    'POST /containers/{created}/resize?h=1&w=1',
    'POST /containers/{running}/resize?h=x&w=1',
    'POST /containers/{running}/resize?h=1',
    'POST /containers/{running}/resize',
    'POST /containers/nosuch/resize?h=1&w=1',
  ),
  'an exit code': ends(['sh', '-c', 'exit 7']),
  'a command that is not there': ends(['/nosuch']),
  'a command that is not in the path': ends(['nosuch']),
  'a command that cannot be executed': ends(['/etc/passwd']),
  'a folder as a command': ends(['/etc']),
  'a user who is not there': ends(['true'], { User: 'nosuch' }),
  'a group that is not there': ends(['true'], { User: 'root:nosuch' }),
  'a user number out of range': ends(['true'], { User: '99999999999' }),
  'death by a signal': ends(['sh', '-c', 'kill -9 $$']),
  'a start refused, and what is left': async side => {
    const path = await create(side, { Cmd: ['/nosuch'] });
    await side.ask('POST', `${path}/start`);
    const { State, RestartCount } = await side.prepare('GET', `${path}/json`);
    const { Status, ExitCode, Error: message, Running } = State as Record<string, unknown>;
    side.note('state', { Status, ExitCode, message: String(message).slice(0, 60), Running, RestartCount });
    await side.ask('GET', `${path}/logs?stdout=1`);
    await side.ask('DELETE', path);
  },
  'start with a body': async side =>
    void (await side.ask('POST', fill('/containers/{created}/start', side), { Binds: [] })),
  'an occupied port': async side => {
    const ExposedPorts = { '80/tcp': {} };
    const HostConfig = { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '49871' }] } };
    const path = await create(side, { ExposedPorts, HostConfig });
    await side.ask('POST', `${path}/start`);
    const second = `/containers/${side.name('second')}`;
    const request = { Image: 'busybox', Cmd: ['true'], ExposedPorts, HostConfig };
    await side.prepare('POST', `/containers/create?name=${side.name('second')}`, request);
    await side.ask('POST', `${second}/start`);
  },
  'the network of one that does not run': async side => {
    const path = await create(side, { HostConfig: { NetworkMode: fill('container:{exited}', side) } });
    await side.ask('POST', `${path}/start`);
  },
  'the processes of one that does not run': async side => {
    const path = await create(side, { HostConfig: { PidMode: fill('container:{exited}', side) } });
    await side.ask('POST', `${path}/start`);
  },
  'update errors': async side => {
    const path = await create(side);
    const bodies = [
      { Memory: 1000 },
      { RestartPolicy: { Name: 'nosuch' } },
      { RestartPolicy: { Name: 'always', MaximumRetryCount: 2 } },
      { CpusetCpus: 'x' },
      { NanoCpus: -1 },
      { CpuShares: 'x' },
      {},
    ];
    for (const [index, body] of bodies.entries()) {
      side.note(`body ${index}`, body);
      await side.ask('POST', `${path}/update`, body);
    }
    await side.ask('POST', '/containers/nosuch/update', {});
  },
  update: async side => {
    const path = await create(side);
    await side.ask(
      'POST',
      `${path}/update`,
      { Memory: 64 << 20, CpuShares: 100, RestartPolicy: { Name: 'on-failure' } },
      'values',
    );
    await side.ask('GET', `${path}/json`, undefined, 'values');
    await side.ask('POST', `${path}/start`);
    await side.ask('POST', `${path}/update`, { Memory: 128 << 20, MemorySwap: 256 << 20 });
  },
  'update of one that goes when it ends': async side => {
    const path = await create(side, { HostConfig: { AutoRemove: true } });
    await side.ask('POST', `${path}/update`, { RestartPolicy: { Name: 'always' } });
  },
  'start of nothing': asks('POST', '/containers/nosuch/start'),
};
