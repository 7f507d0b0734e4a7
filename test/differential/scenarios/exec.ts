// Exec instances as the API tells of them; what they do inside is not compared.

import { asks, asksAll, fill, type Scenarios } from '../scenario.ts';
import type { Side } from '../side.ts';

async function makeExec(side: Side, request: object): Promise<string> {
  const { Id } = await side.prepare('POST', fill('/containers/{running}/exec', side), request);
  return `/exec/${Id}`;
}

export const execScenarios: Scenarios = {
  'create errors': async side => {
    const bodies = [{}, { Cmd: [] }, { Cmd: ['true'], DetachKeys: 'nonsense' }, { Cmd: 1 }];
    for (const body of bodies) await side.ask('POST', fill('/containers/{running}/exec', side), body);
  },
  'in what does not run': async side => {
    for (const name of ['created', 'exited', 'paused']) {
      await side.ask('POST', fill(`/containers/{${name}}/exec`, side), { Cmd: ['true'] });
    }
    await side.ask('POST', '/containers/nosuch/exec', { Cmd: ['true'] });
  },
  'a new one': async side => {
    await side.ask('POST', fill('/containers/{running}/exec', side), { Cmd: ['true'], Env: ['A=1'] });
    await side.ask(
      'GET',
      `${await makeExec(side, { Cmd: ['true'], Tty: true, AttachStdout: true })}/json`,
      undefined,
      'values',
    );
  },
  'a new one with all options': async side => {
    const request = { Cmd: ['sh', '-c', 'x'], User: 'root', Privileged: true, WorkingDir: '/tmp', AttachStdin: true };
    await side.ask('GET', `${await makeExec(side, request)}/json`, undefined, 'values');
  },
  'one that is not there': asksAll('GET /exec/nosuch/json', 'POST /exec/nosuch/resize?h=1&w=1'),
  'start of one that is not there': asks('POST', '/exec/nosuch/start', {}),
  'start with a malformed body': asks('POST', '/exec/nosuch/start', '{'),
  'resize of one not started': async side =>
    void (await side.ask('POST', `${await makeExec(side, { Cmd: ['true'] })}/resize?h=1&w=1`)),
  'resize to nonsense': async side =>
    void (await side.ask('POST', `${await makeExec(side, { Cmd: ['true'] })}/resize?h=x&w=1`)),
};
