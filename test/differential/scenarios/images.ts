// Images: import, load, tag, list, inspect, history, remove, commit.

import { readFileSync } from 'node:fs';
import { imageArchive } from '../../support/images.ts';
import { asks, asksAll, fill, filters, type Play, type Scenarios } from '../scenario.ts';
import type { Side } from '../side.ts';

const emptyTar = Buffer.alloc(1024);
const tar = { 'Content-Type': 'application/x-tar' };

async function importImage(side: Side, query: string, body: string | Uint8Array = emptyTar): Promise<void> {
  await side.request({ method: 'POST', target: `/images/create?fromSrc=-&${fill(query, side)}`, headers: tar, body });
}

const imports =
  (query: string, body?: string | Uint8Array): Play =>
  side =>
    importImage(side, query, body);
const loads =
  (body: () => Promise<string | Uint8Array>): Play =>
  async side =>
    void (await side.request({ method: 'POST', target: '/images/load?quiet=1', headers: tar, body: await body() }));
const busybox = async () => readFileSync(await imageArchive('busybox'));

export const imageScenarios: Scenarios = {
  list: async side => {
    await importImage(side, 'repo=NAME-a&tag=1');
    await side.ask('GET', `/images/json?${filters({ reference: [`${side.prefix}-a`] })}`, undefined, 'values');
  },
  'list by filters': asksAll(
    `GET /images/json?${filters({ reference: ['busybox'] })}`,
    `GET /images/json?${filters({ reference: ['nosuch'] })}`,
    `GET /images/json?${filters({ label: ['nosuch=1'] })}`,
    `GET /images/json?${filters({ nosuch: ['1'] })}`,
    `GET /images/json?${filters({ dangling: ['x'] })}`,
    `GET /images/json?${filters({ before: ['nosuch'] })}`,
    `GET /images/json?${filters({ since: ['nosuch'] })}`,
    `GET /images/json?${filters({ until: ['x'] })}`,
    `GET /images/json?${filters({ before: ['busybox', 'nosuch'] })}`,
    `GET /images/json?${filters({ reference: ['[a-'] })}`,
    `GET /images/json?${filters({ reference: ['busybox'], dangling: ['true'] })}`,
    'GET /images/json?filters=x',
    'GET /images/json?all=1&shared-size=1&digests=1&filters=%7B%22reference%22%3A%5B%22busybox%22%5D%7D',
  ),
  inspect: asks('GET', '/images/busybox/json', undefined, 'values'),
  'inspect of nothing': asksAll('GET /images/nosuch/json', 'GET /images/UPPER/json', 'GET /images/a%20b/json'),
  'inspect by an id that is not there': asks('GET', `/images/sha256:${'0'.repeat(64)}/json`),
  'inspect of a platform that is not there': asks(
    'GET',
    `/images/busybox/json?platform=${encodeURIComponent('{"os":"linux","architecture":"riscv64"}')}`,
  ),
  'inspect by options that do not go together': asks(
    'GET',
    `/images/busybox/json?manifests=1&platform=${encodeURIComponent('{"os":"linux","architecture":"amd64"}')}`,
  ),
  'inspect by malformed platforms': asksAll(
    `GET /images/busybox/json?platform=${encodeURIComponent('{"os":"linux"}')}`,
    `GET /images/busybox/json?platform=${encodeURIComponent('{"os":"Linux","architecture":"x86_64"}')}`,
  ),
  'history and save of a platform that is not there': asksAll(
    `GET /images/busybox/history?platform=${encodeURIComponent('{"os":"linux","architecture":"riscv64"}')}`,
    `GET /images/busybox/get?platform=${encodeURIComponent('{"os":"linux","architecture":"riscv64"}')}`,
  ),
  'save of nothing': asksAll('GET /images/nosuch/get', 'GET /images/busybox:nosuch/get', 'GET /images/get?names=UPPER'),
  'list in older versions': asksAll(
    `GET /v1.43/images/json?${filters({ reference: ['busybox'] })}`,
    `GET /v1.44/images/json?${filters({ reference: ['busybox'] })}`,
    `GET /v1.48/images/json?${filters({ reference: ['busybox'] })}`,
  ),
  'inspect in older versions': asksAll(
    'GET /v1.43/images/busybox/json',
    'GET /v1.24/images/busybox/json',
    'GET /v1.47/images/busybox/json',
  ),
  history: asksAll('GET /images/busybox/history', 'GET /images/nosuch/history'),
  'history in full': asks('GET', '/images/busybox/history', undefined, 'values'),
  import: async side => {
    await importImage(side, 'repo=NAME-a&tag=1&message=hello');
    await side.ask('GET', `/images/${side.name('a')}:1/json`, undefined, 'values');
    await side.ask('GET', `/images/${side.name('a')}:1/history`, undefined, 'values');
  },
  'import with changes': async side => {
    const changes = ['ENV A=1', 'CMD ["a","b"]', 'EXPOSE 80', 'LABEL x=y', 'USER 1', 'WORKDIR /w', 'VOLUME /v'];
    await importImage(
      side,
      `repo=NAME-a&tag=1&${changes.map(change => `changes=${encodeURIComponent(change)}`).join('&')}`,
    );
    await side.ask('GET', `/images/${side.name('a')}:1/json`, undefined, 'values');
  },
  'import with a malformed change': imports('repo=NAME-a&changes=NOSUCH%20x'),
  'import with a change that is not allowed': imports('repo=NAME-a&changes=RUN%20x'),
  'import to a malformed name': imports('repo=UPPER'),
  'import to a malformed tag': imports('repo=NAME-a&tag=a!b'),
  'import of no tar': imports('repo=NAME-a&tag=1', 'x'.repeat(2000)),
  'import for an unknown platform': imports('repo=NAME-a&platform=nosuch'),
  'import for another system': imports('repo=NAME-a&platform=windows/amd64'),
  'import for another processor': async side => {
    await importImage(side, 'repo=NAME-a&tag=1&platform=linux/arm64');
    await side.ask('GET', `/images/${side.name('a')}:1/json`, undefined, 'values');
  },
  'create from nothing': asks('POST', '/images/create'),
  'pull of what no registry has': asksAll(
    'POST /images/create?fromImage=UPPER',
    'POST /images/create?fromImage=scratch',
    'POST /images/create?fromImage=127.0.0.1:99999/x',
    'POST /images/create?fromImage=127.0.0.1:1/x',
    'POST /images/create?fromImage=a&tag=a!b',
    'POST /images/create?fromImage=a&tag=sha256:00',
    'POST /images/create?fromSrc=http://127.0.0.1:1/x.tar&repo=NAME-a',
  ),
  'push of what is not there': asksAll(
    'POST /images/NAME-a/push',
    `POST /images/busybox/push?platform=${encodeURIComponent('{"os":"linux","architecture":"riscv64"}')}&tag=latest`,
    'POST /images/busybox/push?tag=a!b',
  ),
  'auth at a registry that is not there': async side => {
    const who = { username: 'a', password: 'b', serveraddress: '127.0.0.1:1' };
    await side.ask('POST', '/auth', who);
  },
  load: loads(busybox),
  'load of no archive': loads(async () => 'x'.repeat(2000)),
  'load of an empty archive': loads(async () => emptyTar),
  'load of half an archive': loads(async () => (await busybox()).subarray(0, 100_000)),
  tag: async side => {
    await side.ask('POST', `/images/busybox/tag?repo=${side.name('a')}&tag=1`);
    await side.ask('POST', `/images/busybox/tag?repo=${side.name('b')}`);
    await side.ask('DELETE', `/images/${side.name('a')}:1`, undefined, 'values');
    await side.ask('DELETE', `/images/${side.name('b')}`, undefined, 'values');
    await side.ask('DELETE', `/images/${side.name('b')}`);
  },
  'tag errors': asksAll(
    'POST /images/busybox/tag',
    'POST /images/busybox/tag?repo=UPPER',
    'POST /images/busybox/tag?repo=NAME-a&tag=a!b',
    'POST /images/nosuch/tag?repo=NAME-a',
    `POST /images/busybox/tag?repo=${'0'.repeat(64)}`,
    'POST /images/busybox/tag?repo=NAME-a@sha256:x',
  ),
  'remove errors': asksAll('DELETE /images/nosuch', 'DELETE /images/nosuch:1?force=1', 'DELETE /images/UPPER'),
  'remove of one in use': async side => {
    await importImage(side, 'repo=NAME-a&tag=1&changes=CMD%20x');
    await side.prepare('POST', `/containers/create?name=${side.name('c')}`, { Image: `${side.prefix}-a:1` });
    await side.ask('DELETE', `/images/${side.name('a')}:1`);
    const { Id } = await side.prepare('GET', `/images/${side.name('a')}:1/json`);
    await side.ask('DELETE', `/images/${Id}`);
  },
  'remove of one with two tags': async side => {
    await importImage(side, 'repo=NAME-a&tag=1&changes=CMD%20two');
    await side.prepare('POST', `/images/${side.name('a')}:1/tag?repo=${side.name('a')}&tag=2`);
    const { Id } = await side.prepare('GET', `/images/${side.name('a')}:1/json`);
    await side.ask('DELETE', `/images/${Id}`);
    await side.ask('DELETE', `/images/${Id}?force=1`, undefined, 'values');
  },
  'remove of one with a child': async side => {
    await importImage(side, 'repo=NAME-a&tag=1&changes=CMD%20parent');
    await side.prepare('POST', `/containers/create?name=${side.name('c')}`, { Image: `${side.prefix}-a:1` });
    await side.ask('POST', `/commit?container=${side.name('c')}&repo=${side.name('b')}&comment=c&author=a`);
    await side.prepare('DELETE', `/containers/${side.name('c')}`);
    const { Id } = await side.prepare('GET', `/images/${side.name('a')}:1/json`);
    await side.ask('DELETE', `/images/${Id}`);
    await side.ask('DELETE', `/images/${side.name('b')}`, undefined, 'values');
  },
  'remove of the name of one with a child': async side => {
    await importImage(side, 'repo=NAME-a&tag=1&changes=CMD%20ancestor');
    await side.prepare('POST', `/containers/create?name=${side.name('c')}`, { Image: `${side.prefix}-a:1` });
    await side.prepare('POST', `/commit?container=${side.name('c')}&repo=${side.name('b')}`);
    await side.prepare('DELETE', `/containers/${side.name('c')}`);
    await side.ask('DELETE', `/images/${side.name('a')}:1`, undefined, 'values');
    await side.ask('DELETE', `/images/${side.name('b')}`);
  },
  commit: async side => {
    await side.ask('POST', `/commit?container=${fill('{exited}', side)}&repo=${side.name('a')}&changes=ENV%20A%3D1`, {
      Labels: { x: 'y' },
    });
    await side.ask('GET', `/images/${side.name('a')}/json`);
    await side.ask('GET', `/images/${side.name('a')}/history`);
  },
  'commit errors': asksAll(
    'POST /commit',
    'POST /commit?container=nosuch',
    'POST /commit?container={exited}&repo=UPPER',
    'POST /commit?container={exited}&repo=NAME-a&changes=NOSUCH',
  ),
  'events by label': async side => {
    const label = `${side.prefix}=events`;
    await importImage(side, `repo=NAME-a&tag=1&changes=${encodeURIComponent(`LABEL ${label}`)}`);
    await side.prepare('POST', `/images/${side.name('a')}:1/tag?repo=${side.name('a')}&tag=2`);
    await side.request({ method: 'GET', target: `/images/${side.name('a')}:1/get` });
    await side.prepare('POST', `/containers/create?name=${side.name('c')}`, {
      Image: `${side.prefix}-a:1`,
      Cmd: ['x'],
    });
    await side.prepare('POST', `/commit?container=${side.name('c')}&repo=${side.name('b')}`);
    await side.prepare('DELETE', `/containers/${side.name('c')}`);
    for (const name of ['b', 'a:1', 'a:2']) await side.prepare('DELETE', `/images/${side.name(name)}`);
    const until = Math.ceil(Date.now() / 1000);
    const query = `since=1&until=${until}&${filters({ label: [label], type: ['image'] })}`;
    const { body } = await side.ask('GET', `/events?${query}`);
    const news = body.toString().trim().split('\n');
    side.note(
      'news',
      news.map(line => JSON.parse(line)).map(({ Action, Actor }) => [Action, Object.keys(Actor.Attributes)]),
    );
  },
  'prune by unknown filter': asks('POST', `/images/prune?${filters({ nosuch: ['1'] })}`),
  'prune by an unclear filter': asks('POST', `/images/prune?${filters({ dangling: ['x'] })}`),
  'prune of nothing': asks('POST', `/images/prune?${filters({ label: ['nosuch'] })}`),
};
