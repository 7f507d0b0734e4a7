// Requests that nobody should send: bodies, queries, paths, methods.

import { asksAll, type Play, type Scenarios } from '../scenario.ts';

/** One body for `POST /containers/create`. */
const sends =
  (body: string, type = 'application/json'): Play =>
  async side =>
    void (await side.request({
      method: 'POST',
      target: '/containers/create',
      headers: { 'Content-Type': type },
      body,
    }));

export const malformedScenarios: Scenarios = {
  'no body': async side => void (await side.request({ method: 'POST', target: '/containers/create' })),
  'an empty body': sends(''),
  'an empty object': sends('{}'),
  null: sends('null'),
  'a number': sends('1'),
  'a string': sends('"x"'),
  'a list': sends('[]'),
  'half an object': sends('{"Image":'),
  'half a string': sends('{"Image":"x'),
  'a trailing comma': sends('{"Image":"x",}'),
  'no quotes': sends('{Image:"x"}'),
  'single quotes': sends("{'Image':'x'}"),
  'two documents': sends('{"Image":"nosuch-x"} {"Image":"nosuch-y"}'),
  'something behind': sends('{"Image":"nosuch-x"} trailing'),
  'a control character': sends('{"Image":"a\u0001b"}'),
  'a malformed escape': sends('{"Image":"\\q"}'),
  'no text at all': sends('\u0000\u0001'),
  'a number for a string': sends('{"Image":1}'),
  'a string for a number': sends('{"Image":"busybox","HostConfig":{"Memory":"1g"}}'),
  'a string for a truth': sends('{"Image":"busybox","Tty":"yes"}'),
  'a fraction for a number': sends('{"Image":"busybox","HostConfig":{"Memory":1.5}}'),
  'a number too large': sends('{"Image":"busybox","HostConfig":{"Memory":99999999999999999999}}'),
  'an object for a list': sends('{"Image":"busybox","Env":{"A":"1"}}'),
  'a list for an object': sends('{"Image":"busybox","Labels":["a"]}'),
  'a string for an object': sends('{"Image":"busybox","HostConfig":"x"}'),
  'a number in a list of strings': sends('{"Image":"busybox","Env":[1]}'),
  'a number in a command': sends('{"Image":"busybox","Cmd":[1]}'),
  'an object for a command': sends('{"Image":"busybox","Cmd":{}}'),
  'a deep mismatch': sends('{"Image":"busybox","HostConfig":{"RestartPolicy":{"Name":1}}}'),
  'another content type': sends('{}', 'text/plain'),
  'a malformed content type': sends('{}', ';;'),
  'a content type with a charset': sends('{"Image":"nosuch-x"}', 'application/json; charset=utf-8'),
  'names of fields in any case': sends('{"image":"nosuch-x"}'),
  'unknown fields': sends('{"Image":"nosuch-x","Nosuch":1}'),
  'unknown paths': asksAll('GET /nosuch', 'GET /', 'POST /containers', 'GET /v1.40/nosuch', 'GET /containers/a/b/c/d'),
  'unknown methods': asksAll(
    'PUT /containers/json',
    'DELETE /version',
    'PATCH /info',
    'POST /_ping',
    'OPTIONS /version',
  ),
  'paths with slashes too many': asksAll(
    'GET //version',
    'GET /containers//json',
    'GET /version/',
    'GET /containers/json/',
  ),
  'paths with escapes': asksAll('GET /containers/a%2Fb/json', 'GET /containers/%20/json', 'GET /containers/%00/json'),
  'truths of all kinds': asksAll(
    'GET /containers/json?all=yes&limit=0&filters={"name":["nosuch"]}',
    'GET /containers/json?all=nonsense&filters={"name":["nosuch"]}',
    'GET /containers/json?size=&filters={"name":["nosuch"]}',
    'GET /containers/json?nosuch=1&filters={"name":["nosuch"]}',
  ),
  'numbers of all kinds': asksAll(
    'GET /containers/json?limit=-1&filters={"name":["nosuch"]}',
    'GET /containers/json?limit=1.5',
    'GET /containers/json?limit=',
    'POST /containers/{running}/resize?h=99999999999&w=1',
    'POST /containers/{running}/resize?h=-1&w=1',
  ),
};
