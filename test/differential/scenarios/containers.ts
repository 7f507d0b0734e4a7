// What is told about containers: inspect, list, logs, top, stats, changes, archives.

import { asks, asksAll, fill, filters, type Play, type Scenarios } from '../scenario.ts';

const own = (more: object) => filters({ name: ['stage-'], ...more });

/** The names that a list gives, in its order. */
const lists =
  (given: object, more = ''): Play =>
  async side => {
    const answer = await side.ask(
      'GET',
      `/containers/json?${filters({ name: [side.prefix], ...given })}${fill(more, side)}`,
    );
    const list = JSON.parse(answer.body.toString()) as { Names?: string[] }[];
    if (Array.isArray(list))
      side.note(
        'names',
        list.map(({ Names }) => Names?.[0]?.slice(side.prefix.length + 1)),
      );
  };

/** The text of a log without the frames' headers. */
const logs =
  (query: string): Play =>
  async side => {
    for (const name of ['exited', 'running', 'created'])
      await side.ask('GET', fill(`/containers/{${name}}/logs?${query}`, side));
  };

export const containerScenarios: Scenarios = {
  'inspect of created': asks('GET', '/containers/{created}/json', undefined, 'values'),
  'inspect of running': asks('GET', '/containers/{running}/json'),
  'inspect of paused': asks('GET', '/containers/{paused}/json'),
  'inspect of exited': asks('GET', '/containers/{exited}/json'),
  'inspect with size': asks('GET', '/containers/{exited}/json?size=1'),
  'inspect of nothing': asks('GET', '/containers/nosuch/json'),
  'list all': lists({}, '&all=1'),
  'list running': lists({}),
  'list with size': lists({}, '&all=1&size=1'),
  'list limited': lists({}, '&limit=1'),
  'list by status': lists({ status: ['exited', 'created'] }),
  'list by unknown status': lists({ status: ['nosuch'] }),
  'list by exit code': lists({ exited: ['3'] }, '&all=1'),
  'list by malformed exit code': lists({ exited: ['x'] }),
  'list by label': lists({ label: ['nosuch'] }),
  'list by ancestor': lists({ ancestor: ['busybox'] }, '&all=1'),
  'list by unknown ancestor': lists({ ancestor: ['nosuch'] }, '&all=1'),
  'list before': lists({ before: ['{running}'] }, '&all=1'),
  'list since nothing': lists({ since: ['nosuch'] }, '&all=1'),
  'list before nothing': lists({ before: ['nosuch'] }, '&all=1'),
  'list by health': lists({ health: ['none'] }, '&all=1'),
  'list by unknown health': lists({ health: ['nosuch'] }, '&all=1'),
  'list by network': lists({ network: ['bridge'] }),
  'list by volume': lists({ volume: ['nosuch'] }),
  'list by published port': lists({ publish: ['80'] }),
  'list by malformed port': lists({ publish: ['x'] }),
  'list by task': lists({ 'is-task': ['true'] }),
  'list by malformed task': lists({ 'is-task': ['x'] }),
  'list by unknown filter': asks('GET', `/containers/json?${filters({ nosuch: ['1'] })}`),
  'list by malformed name': asks('GET', `/containers/json?${filters({ name: ['['] })}`),
  'list by an old form of filters': asks('GET', `/containers/json?${filters({ name: { nosuch: true } })}`),
  'list by malformed filters': asksAll(
    'GET /containers/json?filters=x',
    'GET /containers/json?filters=[]',
    'GET /containers/json?filters={"name":1}',
    'GET /containers/json?filters={"name":"x"}',
  ),
  'list limited by nonsense': asks('GET', '/containers/json?limit=x'),
  'logs of both': logs('stdout=1&stderr=1'),
  'logs of stdout': logs('stdout=1'),
  'logs tail': logs('stdout=1&tail=1'),
  'logs tail of nonsense': logs('stdout=1&tail=x'),
  'logs tail zero and negative': asksAll(
    'GET /containers/{exited}/logs?stdout=1&tail=0',
    'GET /containers/{exited}/logs?stdout=1&tail=-1',
    'GET /containers/{exited}/logs?stdout=1&tail=all',
  ),
  'logs of no stream': logs(''),
  'logs since nonsense': logs('stdout=1&since=x'),
  'logs until nonsense': logs('stdout=1&until=x'),
  'logs with timestamps': logs('stdout=1&timestamps=1&details=1'),
  'logs followed to the end': asks('GET', '/containers/{exited}/logs?stdout=1&follow=1'),
  'logs of nothing': asks('GET', '/containers/nosuch/logs?stdout=1'),
  'top of running': asks('GET', '/containers/{running}/top?ps_args=-o%20pid,comm'),
  'top of created': asks('GET', '/containers/{created}/top'),
  'top of nothing': asks('GET', '/containers/nosuch/top'),
  'top without pids': asks('GET', '/containers/{running}/top?ps_args=-o%20comm'),
  'stats once': asks('GET', '/containers/{running}/stats?stream=0&one-shot=1'),
  'stats of created': asks('GET', '/containers/{created}/stats?stream=0'),
  'stats of nothing': asks('GET', '/containers/nosuch/stats?stream=0'),
  'stats one-shot while streaming': asks('GET', '/containers/{created}/stats?stream=1&one-shot=1'),
  changes: asksAll('GET /containers/{exited}/changes', 'GET /containers/nosuch/changes'),
  'archive of a file': async side => {
    const { headers, body } = await side.request({
      method: 'HEAD',
      target: fill('/containers/{exited}/archive?path=/etc/passwd', side),
    });
    const stat = JSON.parse(
      Buffer.from(headers['x-docker-container-path-stat'] ?? '', 'base64').toString() || '{}',
    ) as object;
    side.note('stat', { ...stat, mtime: undefined, empty: body.length === 0 });
    await side.ask('GET', fill('/containers/{exited}/archive?path=/etc/passwd', side));
  },
  'archive errors': asksAll(
    'GET /containers/{exited}/archive?path=/nosuch',
    'GET /containers/{exited}/archive?path=',
    'GET /containers/{exited}/archive',
    'GET /containers/{exited}/archive?path=/etc/passwd/',
    'GET /containers/nosuch/archive?path=/etc',
    'HEAD /containers/{exited}/archive?path=/nosuch',
    'HEAD /containers/nosuch/archive?path=/etc',
  ),
  'extract errors': async side => {
    for (const query of ['path=/nosuch', 'path=/etc/passwd', 'path=', 'path=/tmp&noOverwriteDirNonDir=x']) {
      const headers = { 'Content-Type': 'application/x-tar' };
      const target = `/containers/${side.name('stage-created')}/archive?${query}`;
      await side.request({ method: 'PUT', target, headers, body: Buffer.alloc(1024) });
    }
  },
  'extract of no tar': async side => {
    const target = `/containers/${side.name('stage-created')}/archive?path=/tmp`;
    await side.request({ method: 'PUT', target, body: 'x'.repeat(1000) });
  },
  'export of nothing': asks('GET', '/containers/nosuch/export'),
  'attach errors': asksAll(
    'POST /containers/nosuch/attach?stream=1&stdout=1',
    'POST /containers/{paused}/attach?stream=1&stdout=1',
    'POST /containers/{running}/attach?stream=1&stdout=1&detachKeys=nonsense',
    'GET /containers/{running}/attach/ws?detachKeys=nonsense',
  ),
  'attach to what has ended': async side => {
    const target = fill('/containers/{exited}/attach?logs=1&stream=1&stdout=1&stderr=1', side);
    const upgrade: Record<string, string> = { Connection: 'Upgrade', Upgrade: 'tcp' };
    for (const headers of [{}, upgrade]) await side.request({ method: 'POST', target, headers });
  },
  'prune by unknown filter': asks('POST', `/containers/prune?${filters({ nosuch: ['1'] })}`),
  'prune until nonsense': asks('POST', `/containers/prune?${filters({ until: ['x'] })}`),
  'prune of nothing': asks('POST', `/containers/prune?${filters({ label: ['nosuch'] })}`),
  'list of the own': asks('GET', `/containers/json?all=1&${own({})}`),
};
