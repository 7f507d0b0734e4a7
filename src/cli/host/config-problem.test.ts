import { expect, test } from 'bun:test';
import { configProblem } from './config-problem.ts';

test('what Docker cannot read either is told in its words', () => {
  const table: [unknown, string | undefined][] = [
    [null, undefined],
    [{}, undefined],
    [{ auths: null, credsStore: null, unknown: [1], proxies: { default: { httpProxy: 'x' } } }, undefined],
    [{ auths: { r: null, s: { auth: btoa('a:b'), email: 'x@y' }, t: { auth: '' } } }, undefined],
    [[], 'json: cannot unmarshal array into Go value of type configfile.ConfigFile'],
    [
      { auths: [] },
      'json: cannot unmarshal array into Go struct field ConfigFile.auths of type map[string]types.AuthConfig',
    ],
    [{ auths: { r: { auth: '!!!' } } }, 'illegal base64 data at input byte 0'],
    [{ auths: { r: { auth: btoa('alice') } } }, 'Invalid auth configuration file'],
    [
      { auths: { r: { auth: 5 } } },
      'json: cannot unmarshal number into Go struct field ConfigFile.auths.auth of type string',
    ],
    [{ credsStore: 5 }, 'json: cannot unmarshal number into Go struct field ConfigFile.credsStore of type string'],
    [
      { credHelpers: { r: true } },
      'json: cannot unmarshal bool into Go struct field ConfigFile.credHelpers of type string',
    ],
    [
      { proxies: 5 },
      'json: cannot unmarshal number into Go struct field ConfigFile.proxies of type map[string]configfile.ProxyConfig',
    ],
  ];
  for (const [document, problem] of table) expect(configProblem(document)).toBe(problem);
});
